//! What a request and its result commit to before anybody compares bytes.

use crate::hash::{Hash, Sha256};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// Keeps short inputs and outputs from being guessed by their hashes.
pub type Salt = [u8; SALT_BYTES];

/// SHA-256 of salt and payload, one after the other. The payload is an input or an output as its bytes.
pub fn commit(sha256: impl Sha256, salt: &Salt, payload: &[u8]) -> Hash {
    sha256(&[salt, payload])
}
