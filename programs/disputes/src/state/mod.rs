//! Account types of the program.

mod attestation;
mod builder;
mod dispute;
mod graph;

pub use {attestation::*, builder::*, dispute::*, graph::*};
