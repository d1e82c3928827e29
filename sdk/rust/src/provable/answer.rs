use modchains_core::{
    dispute::{Phase, Side},
    provable::commitment::REVEALED_MAX,
};
use modchains_disputes::instructions::{RevealArgs, TraceRevealArgs};

use super::{moves::Move, trace::TraceTree};

/// The operator's only move: what its trace has where the game stands. None when it is not the operator's turn.
pub fn answer(phase: &Phase, trace: &TraceTree<'_>) -> Option<Move> {
    if phase.to_move() != Some(Side::Operator) {
        return None;
    }
    Some(match phase {
        Phase::Trace => Move::Trace(TraceRevealArgs { siblings: trace.last_siblings() }),
        _ => Move::Reveal(below(phase, trace)?),
    })
}

/// What a trace has below the place where a game stands; none where nothing is shown.
pub(super) fn below(phase: &Phase, trace: &TraceTree<'_>) -> Option<RevealArgs> {
    Some(match phase {
        Phase::Tensors(tree) => RevealArgs::Nodes { nodes: trace.leaves().below(tree.at) },
        Phase::Rows { entered, tree } => RevealArgs::Nodes { nodes: trace.rows(entered.node)?.below(tree.at) },
        Phase::Row(row) => {
            let line = trace.line(row.entered.node, row.row)?;
            let rest = line.pieces().get(row.start as usize..)?;
            let pieces = rest.iter().take(REVEALED_MAX).copied().collect();
            // arith-safety: below the number of pieces.
            let next = (rest.len() > REVEALED_MAX).then(|| line.from(row.start + REVEALED_MAX as u32));
            RevealArgs::Pieces { pieces, next }
        }
        Phase::Piece(piece) => {
            let line = trace.line(piece.entered.node, piece.row)?;
            RevealArgs::Elements { bytes: line.piece(piece.piece).to_vec() }
        }
        _ => return None,
    })
}
