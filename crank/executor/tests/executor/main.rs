//! The executor against the reference interpreter: every element of every node, bit by bit.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod backends;
mod compare;
mod edges;
mod functions;
mod random;
mod refusals;
mod shapes;
