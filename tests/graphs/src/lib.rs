//! Provable graphs for tests and measurements.

// reason: what cannot be built or run ends the test that asked for it.
#![allow(clippy::unwrap_used)]

mod classifier;
mod draw;
mod encoder;
mod model;

pub use classifier::classifier;
pub use draw::{random_graph, random_request, random_value};
pub use encoder::Encoder;
pub use model::{Model, Row, bytes, sha256};
