//! Records and their bytes.

use modchains_core::provable::{RECORD_BYTES, Record};
use modchains_test_seed::random;

use super::{
    model::{convolutional, encoder},
    sha256,
};

#[test]
fn every_node_is_what_its_bytes_say() {
    let mut random = random();
    for record in [encoder(&mut random), convolutional(&mut random)].iter().flat_map(|model| &model.records) {
        let bytes = record.encode();
        assert_eq!(Record::decode(&bytes), Some(*record));
        for byte in 0..RECORD_BYTES {
            let mut changed = bytes;
            changed[byte] ^= 1;
            let other = Record::decode(&changed);
            assert_ne!(other, Some(*record), "byte {byte}");
            assert!(other.is_none_or(|other| other.encode() == changed && other.hash(sha256) != record.hash(sha256)));
        }
    }
}

#[test]
fn no_two_byte_strings_are_the_same_node() {
    let mut random = random();
    let mut nodes = 0;
    for _ in 0..100_000 {
        let mut bytes = [0; RECORD_BYTES];
        let [code, kind, count, variant] = [60, 3, 4, 3].map(|below| random.below(below) as u8);
        bytes[..4].copy_from_slice(&[code, kind, count, variant]);
        // Mostly zeros, as in a node.
        for _ in 0..random.below(8) {
            let place = 4 + random.below(RECORD_BYTES as u64 - 4) as usize;
            bytes[place] = random.next() as u8 & 3;
        }
        if let Some(record) = Record::decode(&bytes) {
            nodes += 1;
            assert_eq!(record.encode(), bytes);
        }
    }
    assert!(nodes > 1_000, "{nodes}");
}
