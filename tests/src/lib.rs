//! What the tests share: the compiled programs in a real Solana runtime, worlds with everything set up, and the
//! engine that substitutes every account of an instruction by a wrong one.

// reason: a failed expectation is a failed test, and this crate is only used by tests and benchmarks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod budgets;
pub mod busy;
pub mod chain;
pub mod fixture;
pub mod idl;
pub mod ledger;
pub mod metadata;
pub mod registry;
pub mod request;
mod row;
pub mod scenario;
pub mod staking;
pub mod substitution;
pub mod view;
pub mod world;
