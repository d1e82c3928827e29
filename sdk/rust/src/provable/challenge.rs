use modchains_core::{
    dispute::{Evidence, Need, Origin, Phase},
    provable::{Weights, commitment::REVEALED_MAX},
};
use modchains_disputes::instructions::{
    DisputeAnchorArgs, DisputeJudgeArgs, DisputePickArgs, DisputeStreamArgs, PieceArgs, RevealArgs,
};

use super::{
    answer::below,
    graph::GraphTree,
    moves::Move,
    seen::Seen,
    trace::{Line, TraceTree},
};

/// A challenger of one result: what is right, and what the operator has shown of what it claims.
pub struct Challenge<'a, W> {
    graph: &'a GraphTree<'a, W>,
    trace: &'a TraceTree<'a>,
    seen: Seen,
}

impl<'a, W: Weights> Challenge<'a, W> {
    /// With the graph and what it computes for the request's input.
    pub fn new(graph: &'a GraphTree<'a, W>, trace: &'a TraceTree<'a>) -> Self {
        Self { graph, trace, seen: Seen::default() }
    }

    /// Remembers a move of the operator that was made where a game stood.
    pub fn learn(&mut self, phase: &Phase, shown: &Move) {
        match (phase, shown) {
            (Phase::Trace, Move::Trace(args)) => {
                let leaves = self.trace.leaves().leaves();
                self.seen.learn_siblings(leaves, leaves.saturating_sub(1), &args.siblings);
            }
            (Phase::Tensors(tree), Move::Reveal(RevealArgs::Nodes { nodes })) => self.seen.learn(tree.at, nodes),
            _ => {}
        }
    }

    /// Picks the first of what was shown that differs from what is right; none when nothing does.
    pub fn pick(&self, phase: &Phase, shown: &RevealArgs) -> Option<Move> {
        let right = below(phase, self.trace)?;
        let index = match (shown, &right) {
            (RevealArgs::Nodes { nodes }, RevealArgs::Nodes { nodes: right }) => first_difference(nodes, right)?,
            (RevealArgs::Pieces { pieces, next }, RevealArgs::Pieces { pieces: right, next: right_next }) => {
                // What follows stands after the pieces.
                let after = (next != right_next).then_some(pieces.len());
                first_difference(pieces, right).or(after)?
            }
            (RevealArgs::Elements { bytes }, RevealArgs::Elements { bytes: right }) => {
                let Phase::Piece(piece) = phase else { return None };
                let size = self.trace.trace().size();
                let element = piece.entered.output(size).ok()?.kind.bytes();
                first_difference(bytes, right)? / element
            }
            _ => return None,
        };
        Some(Move::Pick(DisputePickArgs { shown: shown.clone(), index: u32::try_from(index).ok()? }))
    }

    /// The next step of the evidence: it names the node that was picked, or shows what its element is computed from. None in other
    /// phases.
    pub fn prove(&self, phase: &Phase) -> Option<Move> {
        match phase {
            Phase::Record { node, .. } => {
                let (record, siblings) = self.graph.record(*node)?;
                Some(Move::Anchor(DisputeAnchorArgs::Node { record, siblings }))
            }
            Phase::Evidence(evidence) => self.step(evidence),
            _ => None,
        }
    }

    fn step(&self, evidence: &Evidence) -> Option<Move> {
        Some(match evidence.need(self.trace.trace().size()).ok()? {
            Need::Record { input, node } => {
                let (record, siblings) = self.graph.record(node)?;
                Move::Anchor(DisputeAnchorArgs::Record { input, record, siblings })
            }
            Need::Tensor { operand, node } => {
                let rows = self.trace.rows(node)?.root();
                let siblings = self.seen.siblings(self.trace.leaves(), node);
                Move::Anchor(DisputeAnchorArgs::Tensor { operand, rows, siblings })
            }
            Need::Row { operand, origin, row } => {
                let (row, siblings) = match origin {
                    Origin::Output { node } => self.trace.row(node, row)?,
                    Origin::Weights { node } => self.graph.row(node, row)?,
                };
                Move::Anchor(DisputeAnchorArgs::Row { operand, row, siblings })
            }
            Need::Piece { operand, origin, row, passed, piece } => {
                let line = self.line(origin, row)?;
                if passed < piece {
                    let until = piece.min(passed.saturating_add(REVEALED_MAX as u32));
                    let pieces = line.pieces().get(passed as usize..until as usize)?.to_vec();
                    return Some(Move::Anchor(DisputeAnchorArgs::Skip { operand, pieces, next: line.from(until) }));
                }
                let shown = Some(shown(&line, piece));
                let (first, second) = if operand == 0 { (shown, None) } else { (None, shown) };
                Move::Stream(DisputeStreamArgs { step: 0, first, second })
            }
            Need::Pieces { step, rows } => {
                let [first, second] =
                    rows.map(|row| row.and_then(|(origin, row)| Some(shown(&self.line(origin, row)?, step))));
                Move::Stream(DisputeStreamArgs { step, first, second })
            }
            Need::Judgement { bias_of } => {
                let bias = match bias_of {
                    Some(row) => self.graph.bias(evidence.entered.node, row)?,
                    None => [0; 4],
                };
                Move::Judge(DisputeJudgeArgs { bias })
            }
        })
    }

    fn line(&self, origin: Origin, row: u32) -> Option<Line> {
        match origin {
            Origin::Output { node } => self.trace.line(node, row),
            Origin::Weights { node } => self.graph.line(node, row),
        }
    }
}

fn shown(line: &Line, piece: u32) -> PieceArgs {
    PieceArgs { bytes: line.piece(piece).to_vec(), next: line.from(piece.saturating_add(1)) }
}

fn first_difference<T: PartialEq>(shown: &[T], right: &[T]) -> Option<usize> {
    shown.iter().zip(right).position(|(shown, right)| shown != right)
}
