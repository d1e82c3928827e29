//! The way from the root of a trace down to one element.

use super::{Case, DisputeError, Entered, Evidence, Phase, Piece, Result, Row, Tree, element::require_piece_length};
use crate::{
    hash::{Hash, Sha256},
    provable::{
        Tensor,
        commitment::{self, Position, REVEALED_MAX, RevealError},
    },
};

/// What an operator shows of its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal<'a> {
    /// In a tree: the nodes four levels down, or the leaves.
    Nodes(&'a [Hash]),
    /// In a row: the next pieces, up to 16, by their hashes.
    Pieces {
        /// The pieces.
        pieces: &'a [Hash],
        /// The hash of what follows them; none where the row ends.
        next: Option<Hash>,
    },
    /// In a piece: its elements.
    Elements(&'a [u8]),
}

impl Phase {
    /// At the root of the tree over the outputs of so many nodes.
    pub(super) const fn tensors(nodes: u32, hash: Hash) -> Self {
        Self::in_tensors(Tree { at: Position::root(nodes), hash, is_shown: false })
    }

    const fn in_tensors(tree: Tree) -> Self {
        if tree.at.is_leaf() {
            return Self::Record { node: tree.at.index, leaf: tree.hash };
        }
        Self::Tensors(tree)
    }

    /// At the leaf of a node's output, after the node's record was proven.
    pub(super) fn entered(case: &Case, entered: Entered, leaf: Hash) -> Result<Self> {
        let at = Position::root(entered.output(case.size)?.rows);
        Ok(Self::in_rows(entered, Tree { at, hash: leaf, is_shown: false }))
    }

    const fn in_rows(entered: Entered, tree: Tree) -> Self {
        if tree.at.is_leaf() {
            return Self::Row(Row { entered, row: tree.at.index, start: 0, hash: tree.hash, is_shown: false });
        }
        Self::Rows { entered, tree }
    }

    /// Refuses what does not lie below this place.
    #[inline(never)]
    pub(super) fn require_shown(&self, sha256: impl Sha256, case: &Case, reveal: &Reveal<'_>) -> Result<()> {
        match (self, reveal) {
            (Self::Tensors(tree), Reveal::Nodes(nodes)) => {
                Ok(tree.at.check_reveal(sha256, case.nodes, &tree.hash, nodes)?)
            }
            (Self::Rows { entered, tree }, Reveal::Nodes(nodes)) => entered.require_shown(sha256, case, tree, nodes),
            (Self::Row(row), Reveal::Pieces { pieces, next }) => row.require_shown(sha256, case, pieces, *next),
            (Self::Piece(piece), Reveal::Elements(bytes)) => piece.require_shown(sha256, case, bytes),
            _ => Err(DisputeError::PhaseOther),
        }
    }

    /// After it was shown.
    pub(super) const fn shown(&self) -> Self {
        let mut phase = *self;
        match &mut phase {
            Self::Tensors(tree) | Self::Rows { tree, .. } => tree.is_shown = true,
            Self::Row(row) => row.is_shown = true,
            Self::Piece(piece) => piece.is_shown = true,
            _ => {}
        }
        phase
    }

    /// One place further down, of what was shown.
    #[inline(never)]
    pub(super) fn picked(&self, case: &Case, reveal: &Reveal<'_>, index: u32) -> Result<Self> {
        Ok(match (self, reveal) {
            (Self::Tensors(tree), Reveal::Nodes(nodes)) => Self::in_tensors(tree.picked(case.nodes, nodes, index)?),
            (Self::Rows { entered, tree }, Reveal::Nodes(nodes)) => {
                Self::in_rows(*entered, tree.picked(entered.output(case.size)?.rows, nodes, index)?)
            }
            (Self::Row(row), Reveal::Pieces { pieces, next }) => row.picked(pieces, *next, index)?,
            (Self::Piece(piece), Reveal::Elements(bytes)) => Self::Evidence(piece.picked(case, bytes, index)?),
            _ => return Err(DisputeError::PhaseOther),
        })
    }
}

impl Tree {
    /// One of the nodes that were shown below this one.
    fn picked(&self, leaves: u32, nodes: &[Hash], index: u32) -> Result<Self> {
        let at = self.at.picked(leaves, index)?;
        let hash = *nodes.get(index as usize).ok_or(DisputeError::PickOutside)?;
        Ok(Self { at, hash, is_shown: false })
    }
}

impl Entered {
    /// Refuses nodes that are not those of the tree over its output's rows. The root of that tree stands in the leaf, together
    /// with the output's shape.
    fn require_shown(&self, sha256: impl Sha256, case: &Case, tree: &Tree, nodes: &[Hash]) -> Result<()> {
        let output = self.output(case.size)?;
        if tree.at != Position::root(output.rows) {
            return Ok(tree.at.check_reveal(sha256, output.rows, &tree.hash, nodes)?);
        }
        let mut room = [Hash::default(); REVEALED_MAX];
        let copied = room.get_mut(..nodes.len()).ok_or(DisputeError::NodeCount)?;
        copied.copy_from_slice(nodes);
        let root = commitment::root_of_leaves(&sha256, copied);
        tree.at.check_reveal(&sha256, output.rows, &root, nodes)?;
        require_leaf(sha256, self.node, &output, &root, &tree.hash)
    }
}

impl Row {
    /// How many pieces the next reveal shows, and whether the row goes on after them.
    fn next_pieces(&self, output: &Tensor) -> (usize, bool) {
        let rest = output.kind.pieces(output.columns).saturating_sub(self.start) as usize;
        (rest.min(REVEALED_MAX), rest > REVEALED_MAX)
    }

    /// Refuses pieces that are not the next ones of the row.
    fn require_shown(&self, sha256: impl Sha256, case: &Case, pieces: &[Hash], next: Option<Hash>) -> Result<()> {
        let output = self.entered.output(case.size)?;
        if (pieces.len(), next.is_some()) != self.next_pieces(&output) {
            return Err(DisputeError::PieceCount);
        }
        let next = next.unwrap_or_else(|| commitment::end(&sha256, output.columns, [0; 4]));
        let hash = commitment::row_of_pieces(&sha256, pieces, next);
        if output.rows == 1 && self.start == 0 {
            return require_leaf(sha256, self.entered.node, &output, &hash, &self.hash);
        }
        if hash == self.hash { Ok(()) } else { Err(DisputeError::PieceUnproven) }
    }

    /// One of the pieces that were shown, or what follows them.
    fn picked(&self, pieces: &[Hash], next: Option<Hash>, index: u32) -> Result<Phase> {
        let Self { entered, row, .. } = *self;
        // arith-safety: a row has at most 2^28 pieces.
        let place = self.start.saturating_add(index);
        match (pieces.get(index as usize), next) {
            (Some(hash), _) => Ok(Phase::Piece(Piece { entered, row, piece: place, hash: *hash, is_shown: false })),
            (None, Some(hash)) if index as usize == pieces.len() => {
                Ok(Phase::Row(Self { start: place, hash, is_shown: false, ..*self }))
            }
            _ => Err(DisputeError::PickOutside),
        }
    }
}

impl Piece {
    /// Refuses bytes that are not the piece.
    fn require_shown(&self, sha256: impl Sha256, case: &Case, bytes: &[u8]) -> Result<()> {
        require_piece_length(&self.entered.output(case.size)?, self.piece, bytes)?;
        if commitment::piece(sha256, bytes) == self.hash { Ok(()) } else { Err(DisputeError::PieceUnproven) }
    }

    /// One of the elements that were shown.
    fn picked(&self, case: &Case, bytes: &[u8], index: u32) -> Result<Evidence> {
        let kind = self.entered.output(case.size)?.kind;
        if index as usize >= bytes.len() / kind.bytes() {
            return Err(DisputeError::PickOutside);
        }
        let claimed = kind.word(bytes, index as usize);
        // arith-safety: an element of a row of at most 2^28.
        let column = self.piece.saturating_mul(kind.per_piece() as u32).saturating_add(index);
        Ok(Evidence::new(self.entered, self.row, column, claimed))
    }
}

/// Refuses a root of rows that is not that of a node's output.
fn require_leaf(sha256: impl Sha256, node: u32, tensor: &Tensor, rows: &Hash, leaf: &Hash) -> Result<()> {
    let found = commitment::tensor_leaf(sha256, node, [tensor.rows, tensor.columns], rows);
    if found == *leaf { Ok(()) } else { Err(DisputeError::NodesUnproven) }
}

impl From<RevealError> for DisputeError {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::Count { .. } => Self::NodeCount,
            RevealError::Padding { .. } => Self::PaddingNotEmpty,
            RevealError::Hash => Self::NodesUnproven,
            RevealError::NoLeaf { .. } => Self::PickOutside,
        }
    }
}
