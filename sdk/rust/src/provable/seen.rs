use std::collections::HashMap;

use modchains_core::provable::commitment::{Position, node};

use super::tree::{HashTree, siblings};
use crate::hash::sha256;

type Hash = [u8; 32];

/// The tree over the outputs of an operator's nodes, as far as it was shown; what was not shown is taken to be right.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(HashMap<[u32; 2], Hash>);

impl Seen {
    /// Remembers the nodes that were shown below one.
    pub fn learn(&mut self, at: Position, nodes: &[Hash]) {
        let levels = nodes.len().max(1).ilog2();
        let (mut height, mut first) = (at.height.saturating_sub(levels), at.index << levels);
        let mut level = nodes.to_vec();
        loop {
            for (index, hash) in (first..).zip(&level) {
                self.0.insert([height, index], *hash);
            }
            if level.len() < 2 {
                return;
            }
            let over = |pair: &[Hash]| match pair {
                [left, right] => node(sha256, left, right),
                _ => Hash::default(),
            };
            level = level.chunks(2).map(over).collect();
            (height, first) = (height.saturating_add(1), first / 2);
        }
    }

    /// Remembers the siblings of a leaf.
    pub fn learn_siblings(&mut self, leaves: u32, leaf: u32, hashes: &[Hash]) {
        for (at, hash) in siblings(leaves, leaf).zip(hashes) {
            self.0.insert([at.height, at.index], *hash);
        }
    }

    /// The siblings of a leaf, where `right` is the tree that should have been shown.
    pub fn siblings(&self, right: &HashTree, leaf: u32) -> Vec<Hash> {
        let at = |at: Position| self.0.get(&[at.height, at.index]).copied().unwrap_or_else(|| right.node(at));
        siblings(right.leaves(), leaf).map(at).collect()
    }
}
