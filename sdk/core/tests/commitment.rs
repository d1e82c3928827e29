//! Laws of the salted commitment.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::commitment::{SALT_BYTES, commit};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

#[test]
fn a_commitment_is_the_hash_of_salt_and_payload() {
    // printf '0123456789abcdefdigits' | sha256sum
    let known = "5d3fd0f0e183fced9ffc0394eb039d4873e5a25dafbb6578eabfbb940ef78b59";
    let hash = commit(sha256, b"0123456789abcdef", b"digits");
    assert_eq!(hash.map(|byte| format!("{byte:02x}")).concat(), known);
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn salt_and_payload_both_matter_and_the_hasher_does_not(
        salt: [u8; SALT_BYTES], payload in prop::collection::vec(any::<u8>(), 0..200), at: prop::sample::Index, bit in 0u8..8,
    ) {
        let hash = commit(sha256, &salt, &payload);
        // A hasher that is handed everything in one piece gives the same.
        let whole = |parts: &[&[u8]]| <[u8; 32]>::from(Sha256::digest(parts.concat()));
        prop_assert_eq!(hash, commit(whole, &salt, &payload));
        let mut other = salt;
        other[at.index(SALT_BYTES)] ^= 1 << bit;
        prop_assert_ne!(hash, commit(sha256, &other, &payload));
        let mut changed = payload.clone();
        changed.push(0);
        prop_assert_ne!(hash, commit(sha256, &salt, &changed));
        if !payload.is_empty() {
            let mut changed = payload.clone();
            changed[at.index(payload.len())] ^= 1 << bit;
            prop_assert_ne!(hash, commit(sha256, &salt, &changed));
        }
    }
}
