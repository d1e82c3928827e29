//! The fuzzer: random people do random things to the compiled programs, and after each of them everything that must
//! hold is computed again from the bytes of the accounts.
//!
//! An action is a small function that looks at the setup and builds one transaction; a law is a small function that looks
//! at one transaction from outside. Neither knows of the other. Every step takes its choices from a seed of its own, so
//! that a failing sequence can be shortened by leaving steps out.

// reason: what the setup itself relies on failed; there is nothing to go on with.
#![allow(clippy::expect_used, clippy::panic)]

pub mod actions;
pub mod corrupt;
pub mod failure;
pub mod laws;
pub mod memory;
pub mod mutant;
mod past;
pub mod pick;
pub mod replay;
pub mod report;
pub mod run;
pub mod seen;
pub mod setup;
pub mod shadow_ledger;
pub mod step;
pub mod traded;
