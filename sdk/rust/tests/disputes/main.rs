//! Whole games between the rules and whoever breaks them, without a chain: the moves are the core's, which the program makes too.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod arena;
mod challengers;
mod inference;
mod liars;
mod lies;
mod puppets;
mod recompute;
mod truths;
