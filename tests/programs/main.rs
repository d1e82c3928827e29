//! The compiled programs in a Solana runtime.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod every;
mod exchange;
mod foreign;
mod oracle;
mod vault;
