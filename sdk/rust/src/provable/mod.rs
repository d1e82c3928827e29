//! What the sides of a dispute show each other, and what they compute it from.
//!
//! An operator keeps a [`TraceTree`] of what it computed; [`answer`] gives its only move. A challenger keeps his own, of what is
//! right, and a [`Challenge`] of what the operator has shown: it picks the first node that differs, and proves what the element is
//! computed from.

mod answer;
mod challenge;
mod graph;
mod moves;
mod seen;
mod trace;
mod tree;

pub use answer::answer;
pub use challenge::Challenge;
pub use graph::GraphTree;
pub use moves::Move;
pub use trace::{Line, TraceTree};
pub use tree::HashTree;
