//! Provable graphs for tests: random ones of every operation, two that look like models, and encoders of any size.

#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod classifier;
mod draw;
mod encoder;
mod mixed;
mod model;

use sha2::{Digest, Sha256};

pub use {
    classifier::classifier,
    draw::{random_graph, random_request, random_value},
    encoder::Encoder,
    mixed::mixed,
    model::*,
};

/// SHA-256 of the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}
