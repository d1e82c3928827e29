//! Binary trees whose shape follows from the number of their leaves.

use core::fmt;

use super::domain::NODE;
use crate::hash::{Hash, Sha256};

/// Most levels above the leaves.
pub const DEPTH_MAX: u32 = 32;
/// Levels that one reveal goes down, and how many nodes it shows at most.
const LEVELS_PER_REVEAL: u32 = 4;
/// Most nodes in a reveal.
pub const REVEALED_MAX: usize = 1 << LEVELS_PER_REVEAL;

/// Levels above `leaves` leaves.
pub const fn depth(leaves: u32) -> u32 {
    match leaves {
        0 => 0,
        // arith-safety: there is at least one.
        _ => u32::BITS - (leaves - 1).leading_zeros(),
    }
}

/// A node over two.
pub fn node(sha256: impl Sha256, left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[NODE], left, right])
}

/// A node `height` levels above places that hold no leaf.
pub fn empty(sha256: impl Sha256, height: u32) -> Hash {
    (0..height).fold(Hash::default(), |below, _| node(&sha256, &below, &below))
}

/// The root over leaves that come one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Frontier {
    /// For each bit of `count` that is set, the full tree of that many leaves.
    full: [Hash; DEPTH_MAX as usize],
    count: u32,
}

impl Default for Frontier {
    fn default() -> Self {
        Self { full: [Hash::default(); DEPTH_MAX as usize], count: 0 }
    }
}

impl Frontier {
    /// Leaves so far.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Adds a leaf. Nothing happens when there are `2^32 - 1` already.
    pub fn push(&mut self, sha256: impl Sha256, leaf: Hash) {
        let Some(count) = self.count.checked_add(1) else { return };
        let mut hash = leaf;
        let carried = self.count.trailing_ones() as usize;
        for left in &self.full[..carried] {
            hash = node(&sha256, left, &hash);
        }
        self.full[carried] = hash;
        self.count = count;
    }

    /// The root over the leaves so far.
    pub fn root(&self, sha256: impl Sha256) -> Hash {
        // From below: what is to the right of the full trees, padded to each one's height.
        let (mut hash, mut padding) = (Hash::default(), Hash::default());
        for level in 0..depth(self.count) {
            let is_full = self.count >> level & 1 == 1;
            hash =
                if is_full { node(&sha256, &self.full[level as usize], &hash) } else { node(&sha256, &hash, &padding) };
            padding = node(&sha256, &padding, &padding);
        }
        // A power of two is one full tree.
        if self.count.is_power_of_two() { self.full[self.count.trailing_zeros() as usize] } else { hash }
    }
}

/// The root over leaves, which are overwritten.
pub fn root_of_leaves(sha256: impl Sha256, leaves: &mut [Hash]) -> Hash {
    path(sha256, leaves, 0, &mut [])
}

/// The root over leaves, which are overwritten, and the path that proves one of them: the siblings from below, of which as many
/// are written as fit `siblings`; [`depth`] says how many there are.
pub fn path(sha256: impl Sha256, leaves: &mut [Hash], index: u32, siblings: &mut [Hash]) -> Hash {
    let (mut count, mut index, mut padding) = (leaves.len(), index as usize, Hash::default());
    let mut siblings = siblings.iter_mut();
    while count > 1 {
        let at = |place: usize| if place < count { leaves[place] } else { padding };
        if let Some(sibling) = siblings.next() {
            *sibling = at(index ^ 1);
        }
        // A node is written at or before its first child, which is read first.
        for place in 0..count.div_ceil(2) {
            let right = if 2 * place + 1 < count { leaves[2 * place + 1] } else { padding };
            leaves[place] = node(&sha256, &leaves[2 * place], &right);
        }
        padding = node(&sha256, &padding, &padding);
        (count, index) = (count.div_ceil(2), index / 2);
    }
    leaves.first().copied().unwrap_or_default()
}

/// The root that a leaf at `index` and its siblings from below make. Who compares it also compares the number of siblings
/// with [`depth`] and the index with the number of leaves.
pub fn root_of_path(sha256: impl Sha256, leaf: Hash, index: u32, siblings: &[Hash]) -> Hash {
    let mut index = index;
    siblings.iter().fold(leaf, |hash, sibling| {
        let is_right = index & 1 == 1;
        index >>= 1;
        if is_right { node(&sha256, sibling, &hash) } else { node(&sha256, &hash, sibling) }
    })
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Position {
    /// Levels above the leaves.
    pub height: u32,
    /// Its place among the nodes of that height, from the left.
    pub index: u32,
}

/// Why a reveal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevealError {
    /// Another number of nodes.
    Count {
        /// Nodes to show.
        expected: usize,
        /// Nodes shown.
        actual: usize,
    },
    /// A node over places after the last leaf is not the empty one.
    Padding {
        /// Its place in the reveal.
        index: usize,
    },
    /// The nodes do not hash to what was asked for.
    Hash,
    /// No leaf lies below the node that was picked.
    NoLeaf {
        /// Its place in the reveal.
        index: u32,
    },
}

impl Position {
    /// The root of a tree over `leaves` leaves.
    pub const fn root(leaves: u32) -> Self {
        Self { height: depth(leaves), index: 0 }
    }

    /// Whether it is a leaf.
    pub const fn is_leaf(&self) -> bool {
        self.height == 0
    }

    /// Levels that a reveal of this node goes down: four, or all there are.
    const fn levels(&self) -> u32 {
        if self.height < LEVELS_PER_REVEAL { self.height } else { LEVELS_PER_REVEAL }
    }

    /// The descendant that was picked in a reveal of this node, in a tree over `leaves` leaves.
    ///
    /// # Errors
    /// When the reveal has no such place or no leaf lies below it.
    pub fn picked(&self, leaves: u32, index: u32) -> Result<Self, RevealError> {
        let levels = self.levels();
        // arith-safety: places of leaves are below 2^33.
        let place = (u64::from(self.index) << levels) + u64::from(index);
        let height = self.height - levels;
        if index >> levels != 0 || place << height >= u64::from(leaves) {
            return Err(RevealError::NoLeaf { index });
        }
        Ok(Self { height, index: place as u32 })
    }

    /// Checks that `shown` are this node's descendants four levels down, or its leaves, in a tree over `leaves` leaves of
    /// which this node's hash is `hash`.
    ///
    /// # Errors
    /// When there are not as many as must be, when a place after the last leaf is not empty, and when they hash to
    /// something else.
    pub fn check_reveal(
        &self,
        sha256: impl Sha256,
        leaves: u32,
        hash: &Hash,
        shown: &[Hash],
    ) -> Result<(), RevealError> {
        let levels = self.levels();
        let expected = 1 << levels;
        if shown.len() != expected {
            return Err(RevealError::Count { expected, actual: shown.len() });
        }
        let height = self.height - levels;
        let padding = empty(&sha256, height);
        let mut nodes = [Hash::default(); REVEALED_MAX];
        for (index, (node, shown)) in nodes.iter_mut().zip(shown).enumerate() {
            // arith-safety: places of leaves are below 2^33.
            let place = (u64::from(self.index) << levels) + index as u64;
            if place << height >= u64::from(leaves) && *shown != padding {
                return Err(RevealError::Padding { index });
            }
            *node = *shown;
        }
        if root_of_leaves(&sha256, &mut nodes[..expected]) == *hash { Ok(()) } else { Err(RevealError::Hash) }
    }
}

impl fmt::Display for RevealError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { expected, actual } => write!(formatter, "{actual} nodes are shown, expected {expected}"),
            Self::Padding { index } => write!(formatter, "node {index} lies after the last leaf and is not empty"),
            Self::Hash => formatter.write_str("the nodes do not hash to the one that was asked for"),
            Self::NoLeaf { index } => write!(formatter, "no leaf lies below node {index}"),
        }
    }
}

impl core::error::Error for RevealError {}
