//! Laws of decisions by those who stake.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod ballots;
mod bounds;
mod electorate;
mod grant;
mod proposal;
mod weight;

/// A day, seconds.
const DAY: i64 = 24 * 3_600;
/// Where histories start: later than any window after zero.
const START: i64 = 1_700_000_000;
