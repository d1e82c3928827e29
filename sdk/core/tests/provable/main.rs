//! Laws of provable graphs.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod check;
mod commitment;
mod judge;
mod maps;
mod records;
mod values;

use modchains_test_graphs::{self as model, sha256};
