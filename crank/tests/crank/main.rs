//! Laws of the crank's parts, on a small model trained for the occasion.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a failed unwrap is the test's failure")]

mod bundles;
mod cluster;
mod command_line;
mod fixture;
mod graphs;
mod hostile;
mod init;
mod journal;
mod journal_kill;
mod run;
mod start;
mod workers;
