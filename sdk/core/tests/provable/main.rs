//! Laws of provable graphs.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod check;
mod commitment;
mod judge;
mod maps;
mod model;
mod records;
mod values;

use sha2::{Digest, Sha256};

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}
