use super::{Entered, Evidence, Side, Verdict};
use crate::{hash::Hash, provable::commitment::Position};

/// Where a game stands, and what it has to remember there. Above [`Game`](super::Game) it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub enum Phase {
    /// The operator proves that its trace ends with the output that it posted.
    Trace,
    /// On the way down the tree over the nodes' outputs.
    Tensors(Tree),
    /// The challenger has picked a node's output and proves the node's record.
    Record {
        /// The node.
        node: u32,
        /// The output's leaf in the trace.
        leaf: Hash,
    },
    /// On the way down the tree over the rows of a node's output.
    Rows {
        /// The node.
        entered: Entered,
        /// Where in the tree. At its root the hash is the output's leaf in the trace, which has the node's shape in it.
        tree: Tree,
    },
    /// On the way along a row.
    Row(Row),
    /// At one piece of a row.
    Piece(Piece),
    /// The challenger shows what the element that he picked is computed from.
    Evidence(Evidence),
    /// Somebody has lost.
    Over(Verdict),
}

/// A place in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Tree {
    /// Which node of the tree.
    pub at: Position,
    /// Its hash.
    pub hash: Hash,
    /// Whether the operator has shown what is below it, and the challenger is to pick.
    pub is_shown: bool,
}

/// A place in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Row {
    /// The node.
    pub entered: Entered,
    /// The row.
    pub row: u32,
    /// The piece from which on nothing is known yet.
    pub start: u32,
    /// The hash of the row from there on; of an output with a single row its leaf in the trace.
    pub hash: Hash,
    /// Whether the operator has shown what is next in it, and the challenger is to pick.
    pub is_shown: bool,
}

/// A piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Piece {
    /// The node.
    pub entered: Entered,
    /// The row.
    pub row: u32,
    /// Which piece of it.
    pub piece: u32,
    /// The piece's hash.
    pub hash: Hash,
    /// Whether the operator has shown its elements, and the challenger is to pick one.
    pub is_shown: bool,
}

impl Phase {
    /// The side to move; none when the game is over.
    pub const fn to_move(&self) -> Option<Side> {
        let is_shown = match self {
            Self::Trace => false,
            Self::Tensors(tree) | Self::Rows { tree, .. } => tree.is_shown,
            Self::Row(row) => row.is_shown,
            Self::Piece(piece) => piece.is_shown,
            Self::Record { .. } | Self::Evidence(_) => true,
            Self::Over(_) => return None,
        };
        Some(if is_shown { Side::Challenger } else { Side::Operator })
    }
}
