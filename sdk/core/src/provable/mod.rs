//! Graphs of which any element can be decided by arithmetic, of integers and of correctly rounded floats.
//!
//! A graph is a list of nodes, each of which computes one tensor of rows and columns from earlier ones. [`Node::reads`] says
//! for every element which elements or rows it is computed from, [`Judge`] computes it from them, and everything else is made
//! of these two: the interpreter runs the judge on every element, a dispute runs it on one. Elements of the two classes:
//!
//! - `Exact`: all elements are integers. Sums have at most `2^14` products of 8-bit integers and so stay below `2^29`, sums
//!   of 32-bit integers below `2^45`: every order of summation is exact in 64 bits and in doubles.
//! - `Rounded`: floats too. Each element is the value nearest to the exact result of its node ([`rounded`](crate::rounded)).
//!
//! What a graph is, and everything that it computed, hashes to roots by [`commitment`]. [`check`] refuses what a dispute
//! could not decide. Nothing here allocates.

pub mod check;
pub mod commitment;
mod element;
pub mod evaluate;
mod graph;
mod input;
mod int8;
mod judge;
mod node;
mod op;
mod record;
mod reduce;
mod shape;
mod size;
mod tensor;
mod weights;

pub use element::ElementKind;
pub use graph::{Graph, RunError, Trace};
pub use input::InputLength;
pub use judge::{EvidenceError, Judge};
pub use node::{Line, Node, Place, Reads};
pub use op::{Binary, Encoding, Input, Map, Op, Reduce, Requantise, Second, TOP_MAX, Unary, Window};
pub use record::{INPUTS_MAX, RECORD_BYTES, Record};
pub use reduce::Reduction;
pub use shape::Shape;
pub use size::{Size, SizeRange};
pub use tensor::Tensor;
pub use weights::{WeightProblem, WeightRow, Weights, int8_sum_bound, is_bias, is_row};
