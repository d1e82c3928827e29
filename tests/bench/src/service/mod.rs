//! What the operator service takes, by itself and in the demo.

pub mod demo;
pub mod inference;
pub mod memory;
pub mod rounded;
