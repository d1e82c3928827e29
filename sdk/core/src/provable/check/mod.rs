//! Which graphs are accepted: what a loader refuses the chain refuses, by the same functions.

mod limits;
mod problem;
mod rules;
mod survey;

pub use limits::{
    COLUMNS_PER_REDUCTION_MAX, ELEMENTS_MAX, EVIDENCE_PIECES_MAX, MULTIPLY_ADDS_MAX, NODES_MAX, REVEALS_MAX,
    TRACE_BYTES_MAX,
};
pub use problem::{GraphProblem, RecordProblem};
pub use survey::{Summary, Survey};
