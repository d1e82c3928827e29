use modchains_core::{
    dispute::{Case, Entered, Game, Phase, Side},
    provable::{
        Weights,
        commitment::{self, Position},
    },
    window::Moment,
};

use crate::{
    hash::sha256,
    provable::{GraphTree, TraceTree},
};

/// What a decision is made from.
pub struct Table<'a, W> {
    /// Where the game stands.
    pub game: &'a Game,
    /// What it is about.
    pub case: &'a Case,
    /// The cluster's time.
    pub now: Moment,
    /// The graph.
    pub graph: &'a GraphTree<'a, W>,
    /// Everything that it computes, by whoever decides.
    pub own: &'a TraceTree<'a>,
}

impl<W: Weights> Table<'_, W> {
    /// Whether it is a side's turn and it still has time.
    pub fn may_move(&self, side: Side) -> bool {
        self.game.phase.to_move() == Some(side) && self.left_seconds() > Some(0)
    }

    /// Seconds that the side to move has left; none when the game is over.
    pub fn left_seconds(&self) -> Option<u32> {
        self.game.phase.to_move().map(|side| self.game.clocks.left_seconds(side, self.now))
    }

    /// Whether the operator's trace is the own one where the game stands.
    pub fn is_agreed(&self) -> bool {
        let own = self.own;
        match &self.game.phase {
            Phase::Trace | Phase::Over(_) => false,
            Phase::Tensors(tree) => own.leaves().node(tree.at) == tree.hash,
            Phase::Record { node, leaf } => self.leaf(*node) == *leaf,
            Phase::Rows { entered, tree } => self.in_rows(entered, tree.at) == Some(tree.hash),
            Phase::Row(row) => self.in_row(&row.entered, row.row, row.start) == Some(row.hash),
            Phase::Piece(piece) => {
                let line = own.line(piece.entered.node, piece.row);
                line.is_some_and(|line| commitment::piece(sha256, line.piece(piece.piece)) == piece.hash)
            }
            Phase::Evidence(evidence) => {
                let row = own.trace().row(evidence.entered.node, evidence.row);
                row.get(evidence.column as usize) == Some(&evidence.claimed)
            }
        }
    }

    fn leaf(&self, node: u32) -> [u8; 32] {
        self.own.leaves().node(Position { height: 0, index: node })
    }

    /// The own hash of a place in the tree over a node's rows. At its root that is the output's leaf.
    fn in_rows(&self, entered: &Entered, at: Position) -> Option<[u8; 32]> {
        if at == Position::root(self.own.tensor(entered.node)?.rows) {
            return Some(self.leaf(entered.node));
        }
        Some(self.own.rows(entered.node)?.node(at))
    }

    /// The own hash of what is left of a row from a piece on.
    fn in_row(&self, entered: &Entered, row: u32, start: u32) -> Option<[u8; 32]> {
        if start == 0 {
            return self.in_rows(entered, Position { height: 0, index: row });
        }
        Some(self.own.line(entered.node, row)?.from(start))
    }
}
