//! Laws of the crank's parts, on a small model trained for the occasion.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a failed unwrap is the test's failure")]

mod bundles;
mod command_line;
mod exact;
mod fixture;
mod journal;
mod journal_kill;
mod start;
mod workers;
