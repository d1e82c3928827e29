//! One file for each instruction: arguments, accounts, handler. Moves of a challenger share their accounts.

mod dispute;
mod graph;

pub use {dispute::*, graph::*};
