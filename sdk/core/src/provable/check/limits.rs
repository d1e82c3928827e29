//! How large a graph may be, so that every element of it can be decided in a bounded number of moves.

use crate::rounded::TERMS_PER_FLUSH_MAX;

/// Most nodes.
pub const NODES_MAX: u32 = 1 << 14;
/// Most elements of one output.
pub const ELEMENTS_MAX: u64 = 1 << 28;
/// Most columns that are reduced: sums of as many products are exact in every accumulator.
pub const COLUMNS_PER_REDUCTION_MAX: u32 = TERMS_PER_FLUSH_MAX as u32;
/// Most pieces of evidence for one element: two rows of 6,144 values or of 24,576 8-bit integers.
pub const EVIDENCE_PIECES_MAX: u32 = 128;
/// Most reveals from the root of a trace to a piece: four levels of a tree or 16 pieces of a row each.
pub const REVEALS_MAX: u32 = 12;
/// Most multiplications and additions of one inference: at 3 ns each a quarter of an hour on one core.
pub const MULTIPLY_ADDS_MAX: u64 = 1 << 38;
/// Most bytes of all outputs of one inference.
pub const TRACE_BYTES_MAX: u64 = 1 << 32;
