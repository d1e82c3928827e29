//! Disputes played by themselves: which move either side makes, as a pure function of the game, its own trace and the clock.
//!
//! [`defend`] answers for an operator, [`challenge`] for a challenger. Both are lists of [`rules`] that are asked one after the
//! other; the first that has a move makes it. Nothing here reads a chain, a clock or a file: the command line and the crank do,
//! and send what is decided.
//!
//! An operator whose trace is what its graph computes never loses by these rules. A challenger whose trace is that convicts
//! every other trace: he goes to the first node of it that differs, where all inputs are what his own are, and shows one
//! element that is not what it must be. What he needs of the operator's trace is what the operator showed in this game
//! ([`Seen`]), which lies in the ledger.

mod computed;
mod cost;
mod ledger;
mod price;
mod replay;
mod rules;
mod seen;
mod table;
mod turn;

pub use computed::Computed;
pub use cost::evidence_moves;
pub use price::price_of_clock;
pub use replay::{Replayed, replay};
pub use rules::{Decision, Obstacle, Rule, challenge, defend};
pub use seen::Seen;
pub use table::Table;
pub use turn::{Player, transactions, turn};
