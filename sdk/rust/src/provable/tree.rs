use modchains_core::provable::commitment::{Position, depth, empty, node};

use crate::hash::sha256;

type Hash = [u8; 32];

/// A tree over leaves, with all its nodes.
#[derive(Debug, Clone)]
pub struct HashTree {
    /// From the leaves up; places after the last leaf are left out.
    levels: Vec<Vec<Hash>>,
    /// What stands for them at each height.
    empty: Vec<Hash>,
}

impl HashTree {
    /// Over some leaves, at most `2^32 - 1`.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let height = depth(u32::try_from(leaves.len()).unwrap_or(u32::MAX));
        let empty: Vec<Hash> = (0..=height).map(|height| empty(sha256, height)).collect();
        let mut levels = vec![leaves];
        for padding in empty.iter().take(height as usize) {
            let below = levels.last().map(Vec::as_slice).unwrap_or_default();
            let over = |pair: &[Hash]| {
                let [left, right] = [0, 1].map(|side| *pair.get(side).unwrap_or(padding));
                node(sha256, &left, &right)
            };
            let level = below.chunks(2).map(over).collect();
            levels.push(level);
        }
        Self { levels, empty }
    }

    /// How many leaves it is over.
    pub fn leaves(&self) -> u32 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u32)
    }

    /// What stands for all leaves.
    pub fn root(&self) -> Hash {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// The hash at a place, which after the last leaf is the empty one.
    pub fn node(&self, at: Position) -> Hash {
        let level = self.levels.get(at.height as usize);
        let found = level.and_then(|level| level.get(at.index as usize));
        found.or_else(|| self.empty.get(at.height as usize)).copied().unwrap_or_default()
    }

    /// What proves a leaf: its siblings from below.
    pub fn siblings(&self, leaf: u32) -> Vec<Hash> {
        siblings(self.leaves(), leaf).map(|at| self.node(at)).collect()
    }

    /// What a reveal of a node shows: its descendants four levels down, or its leaves.
    pub fn below(&self, at: Position) -> Vec<Hash> {
        let levels = at.height.min(4);
        let height = at.height - levels;
        (0..1_u32 << levels).map(|place| self.node(Position { height, index: (at.index << levels) + place })).collect()
    }
}

/// Where the siblings of a leaf and of the nodes over it are, from below, in a tree over so many leaves.
pub(super) fn siblings(leaves: u32, leaf: u32) -> impl Iterator<Item = Position> {
    (0..depth(leaves)).map(move |height| Position { height, index: leaf >> height ^ 1 })
}
