//! How rows, tensors, graphs and traces hash, against the layout as it is documented, and what cannot be forged.

use modchains_core::provable::commitment::{
    Frontier, PIECE_BYTES, Position, RevealError, RowError, RowReader, depth, empty, end, graph_root, link, node, path,
    piece, record_hash, root_of_leaves, root_of_path, row, row_of_pieces, tensor_leaf, trace_root,
};
use proptest::prelude::*;

use super::sha256;

type Hash = [u8; 32];

fn leaves(count: u32) -> Vec<Hash> {
    (0..count).map(|leaf| sha256(&[b"leaf", &leaf.to_le_bytes()])).collect()
}

/// The root from above: leaves padded with zeros to a power of two.
fn documented_root(leaves: &[Hash]) -> Hash {
    let mut padded = leaves.to_vec();
    padded.resize(leaves.len().next_power_of_two(), [0; 32]);
    from_above(&padded)
}

fn from_above(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len() / 2);
            sha256(&[&[0x13], &from_above(left), &from_above(right)])
        }
    }
}

fn frontier(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(sha256, *leaf);
    }
    assert_eq!(frontier.count() as usize, leaves.len());
    frontier.root(sha256)
}

#[test]
fn a_tree_is_the_documented_one_however_it_is_built() {
    for count in (1..70).chain([255, 256, 257, 1_000, 1_024, 1_025]) {
        let leaves = leaves(count);
        let root = documented_root(&leaves);
        assert_eq!(root_of_leaves(sha256, &mut leaves.clone()), root, "{count}");
        assert_eq!(frontier(&leaves), root, "{count}");
        assert_eq!(1_u64 << depth(count), u64::from(count).next_power_of_two());
    }
    assert_eq!((root_of_leaves(sha256, &mut []), frontier(&[]), depth(0)), ([0; 32], [0; 32], 0));
    assert_eq!(depth(u32::MAX), 32);
}

#[test]
fn an_empty_node_is_one_over_nothing() {
    for height in 0..6 {
        assert_eq!(empty(sha256, height), from_above(&vec![[0; 32]; 1 << height]));
    }
}

#[test]
fn roots_and_rows_are_laid_out_as_documented() {
    let (a, b) = (sha256(&[b"a"]), sha256(&[b"b"]));
    assert_eq!(node(sha256, &a, &b), sha256(&[&[0x13], &a, &b]));
    let parts: [&[u8]; 4] = [&[0x14], &[7, 0, 0, 0, 3, 0, 0, 0], &[0, 1, 0, 0], &a];
    assert_eq!(tensor_leaf(sha256, 7, [3, 256], &a), sha256(&parts));
    assert_eq!(record_hash(sha256, &[5; 96]), sha256(&[&[0x15], &[5; 96]]));
    assert_eq!(graph_root(sha256, 9, &a), sha256(&[&[0x16, 9, 0, 0, 0], &a]));
    assert_eq!(trace_root(sha256, &b, 128, 9, &a), sha256(&[&[0x17], &b, &[128, 0, 0, 0, 9, 0, 0, 0], &a]));
    let bytes: Vec<u8> = (0..PIECE_BYTES + 5).map(|byte| byte as u8).collect();
    let last = sha256(&[&[0x12], &[0x85, 1, 0, 0], &[1, 2, 3, 4]]);
    let second = sha256(&[&[0x11], &sha256(&[&[0x10], &bytes[PIECE_BYTES..]]), &last]);
    let first = sha256(&[&[0x11], &sha256(&[&[0x10], &bytes[..PIECE_BYTES]]), &second]);
    assert_eq!(row(sha256, &bytes, 389, [1, 2, 3, 4]), first);
    assert_eq!(end(sha256, 389, [1, 2, 3, 4]), last);
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_row_can_be_followed_piece_by_piece(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        elements: u32,
        bias: [u8; 4],
    ) {
        let root = row(sha256, &bytes, elements, bias);
        let pieces: Vec<Hash> = bytes.chunks(PIECE_BYTES).map(|bytes| piece(sha256, bytes)).collect();
        prop_assert_eq!(row_of_pieces(sha256, &pieces, end(sha256, elements, bias)), root);
        // Whoever streams shows each piece with the rest of the list, and is checked on arrival.
        let mut reader = RowReader::new(root);
        for (index, bytes) in bytes.chunks(PIECE_BYTES).enumerate() {
            let next = row_of_pieces(sha256, &pieces[index + 1..], end(sha256, elements, bias));
            prop_assert_eq!(link(sha256, &pieces[index], &next), reader.head);
            prop_assert_eq!(reader.finish(sha256, elements, bias), Err(RowError::End));
            let before = reader;
            let mut forged = bytes.to_vec();
            forged[0] ^= 1;
            prop_assert_eq!(reader.take(sha256, &forged, &next), Err(RowError::Piece));
            prop_assert_eq!(reader.take(sha256, bytes, &root), Err(RowError::Piece));
            prop_assert_eq!(reader, before, "what does not belong here changes nothing");
            let mut passed = reader;
            prop_assert_eq!(passed.skip(sha256, &pieces[index], &next), Ok(()));
            prop_assert_eq!(reader.take(sha256, bytes, &next), Ok(()));
            prop_assert_eq!(passed, reader);
        }
        prop_assert_eq!(reader.finish(sha256, elements, bias), Ok(()));
        prop_assert_eq!(reader.finish(sha256, elements ^ 1, bias), Err(RowError::End));
        prop_assert_eq!(reader.finish(sha256, elements, bias.map(|byte| byte ^ 1)), Err(RowError::End));
    }

    #[test]
    fn no_row_stands_for_another(
        bytes in prop::collection::vec(any::<u8>(), 1..1_000),
        elements: u32,
        bias: [u8; 4],
        at: prop::sample::Index,
    ) {
        let root = row(sha256, &bytes, elements, bias);
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= 1;
        prop_assert_ne!(row(sha256, &changed, elements, bias), root);
        prop_assert_ne!(row(sha256, &bytes[1..], elements, bias), root);
        prop_assert_ne!(row(sha256, &bytes, elements.wrapping_add(1), bias), root);
        prop_assert_ne!(row(sha256, &bytes, elements, [bias[0] ^ 1, bias[1], bias[2], bias[3]]), root);
    }

    #[test]
    fn every_leaf_is_proven_by_its_path_alone(count in 1_u32..300, index: prop::sample::Index, other: prop::sample::Index) {
        let leaves = leaves(count);
        let index = index.index(count as usize) as u32;
        let mut siblings = [[0; 32]; 32];
        let root = path(sha256, &mut leaves.clone(), index, &mut siblings);
        let siblings = &mut siblings[..depth(count) as usize];
        prop_assert_eq!(root, documented_root(&leaves));
        prop_assert_eq!(root_of_path(sha256, leaves[index as usize], index, siblings), root);
        let other = other.index(count as usize) as u32;
        if other != index {
            prop_assert_ne!(root_of_path(sha256, leaves[other as usize], index, siblings), root);
            prop_assert_ne!(root_of_path(sha256, leaves[index as usize], other, siblings), root);
        }
        if let Some(sibling) = siblings.first_mut() {
            sibling[0] ^= 1;
            prop_assert_ne!(root_of_path(sha256, leaves[index as usize], index, siblings), root);
        }
    }

    #[test]
    fn a_descent_reaches_every_leaf_and_junk_in_the_padding_is_refused(count in 1_u32..5_000, leaf: prop::sample::Index) {
        let all = leaves(count);
        let leaf = leaf.index(count as usize) as u32;
        let mut padded = all.clone();
        padded.resize(all.len().next_power_of_two(), [0; 32]);
        let (mut position, mut hash) = (Position::root(count), documented_root(&all));
        while !position.is_leaf() {
            let levels = position.height.min(4);
            let below = position.height - levels;
            let first = (position.index as usize) << position.height;
            let nodes = padded[first..first + (1 << position.height)].chunks(1 << below).map(from_above);
            let nodes: Vec<Hash> = nodes.collect();
            prop_assert_eq!(position.check_reveal(sha256, count, &hash, &nodes), Ok(()));
            let fewer = position.check_reveal(sha256, count, &hash, &nodes[1..]);
            prop_assert_eq!(fewer, Err(RevealError::Count { expected: nodes.len(), actual: nodes.len() - 1 }));
            for index in 0..nodes.len() {
                let mut forged = nodes.clone();
                forged[index][31] ^= 1;
                let place = (position.index as usize * nodes.len() + index) << below;
                let is_padding = place >= count as usize;
                // Even where the hash above agrees with the junk.
                let with_junk = from_above(&forged);
                let refused = position.check_reveal(sha256, count, &with_junk, &forged);
                prop_assert_eq!(refused, if is_padding { Err(RevealError::Padding { index }) } else { Ok(()) });
                if !is_padding {
                    prop_assert_eq!(position.check_reveal(sha256, count, &hash, &forged), Err(RevealError::Hash));
                }
                let picked = position.picked(count, index as u32);
                prop_assert_eq!(picked.is_err(), is_padding);
            }
            let outside = nodes.len() as u32;
            prop_assert_eq!(position.picked(count, outside), Err(RevealError::NoLeaf { index: outside }));
            let index = (leaf >> below) - (position.index << levels);
            position = position.picked(count, index).unwrap();
            hash = nodes[index as usize];
        }
        prop_assert_eq!((position.index, hash), (leaf, all[leaf as usize]));
    }

    #[test]
    fn nothing_of_one_kind_is_taken_for_another(a: Hash, b: Hash) {
        let both = [a, b].concat();
        let hashes = [
            node(sha256, &a, &b),
            piece(sha256, &both),
            link(sha256, &a, &b),
            record_hash(sha256, &both),
            graph_root(sha256, u32::from_le_bytes([a[0], a[1], a[2], a[3]]), &b),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            prop_assert!(!hashes[index + 1..].contains(hash));
        }
    }
}
