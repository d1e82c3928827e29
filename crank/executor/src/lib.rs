//! Runs provable graphs of both classes on libtorch, with the bits of the reference interpreter.
//!
//! Every element of every node has one right value (`docs/numerics.md`); this crate finds it fast. Products of matrices are
//! libtorch's, in double precision or, of integers that stay small enough, in single precision. A pass over each product
//! rounds it and tests whether the bound on its error decides the value; what it leaves open is computed in twice the
//! precision, and what that leaves open in integers by `sdk/core`. Everything else is a loop here that does what binary32
//! arithmetic does correctly anyway.
//!
//! Results depend neither on threads, nor on what else is in a batch, nor on the width of vectors. Nothing is served on a
//! machine whose arithmetic is another one: [`Executor::new`] looks.

mod error;
mod executor;
mod integers;
mod memory;
mod operators;
mod output;
mod plan;
mod product;
mod resources;
mod rounding;
mod self_test;
mod simd;
mod statistics;
mod weights;

pub use error::{ExecutorError, torch_message};
pub use executor::{Executor, Request, Run, Wanted};
pub use simd::{Instructions, instructions, limit_instructions};
pub use statistics::{Counts, Operator, Statistics};
