//! Provable graphs for tests: two that look like models, and any number of small ones that mix all operations.

#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod mixed;
mod model;

use sha2::{Digest, Sha256};

pub use {mixed::mixed, model::*};

/// SHA-256 of the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}
