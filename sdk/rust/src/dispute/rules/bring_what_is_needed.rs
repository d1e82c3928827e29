//! The game says what is missing next: records of inputs, tensors under the operator's root, rows, and the pieces of rows.

use modchains_core::{
    dispute::{Need, Origin, Phase, Side},
    provable::Weights,
};
use modchains_disputes::instructions::{DisputeAnchorArgs, DisputeStreamArgs, PieceArgs};

use super::ruling::{Obstacle, Ruling};
use crate::{
    dispute::{cost::SKIPPED_MAX, seen::Seen, table::Table},
    provable::{Line, Move},
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, seen: &Seen) -> Ruling {
    let Phase::Evidence(evidence) = &table.game.phase else { return Ok(None) };
    if !table.may_move(Side::Challenger) {
        return Ok(None);
    }
    let need = evidence.need(table.case.size).map_err(|_| Obstacle::GraphOther)?;
    if matches!(need, Need::Judgement { .. }) {
        return Ok(None);
    }
    if let Need::Tensor { operand, node } = need {
        let siblings = seen.siblings(table, node).ok_or(Obstacle::Unseen)?;
        let rows = table.own.rows(node).ok_or(Obstacle::GraphOther)?.root();
        return Ok(Some(Move::Anchor(DisputeAnchorArgs::Tensor { operand, rows, siblings })));
    }
    of_own(table, need).ok_or(Obstacle::GraphOther).map(Some)
}

/// What the own graph and trace answer.
fn of_own<W: Weights>(table: &Table<'_, W>, need: Need) -> Option<Move> {
    let line = |origin: Origin, row: u32| match origin {
        Origin::Output { node } => table.own.line(node, row),
        Origin::Weights { node } => table.graph.line(node, row),
    };
    Some(match need {
        Need::Record { input, node } => {
            let (record, siblings) = table.graph.record(node)?;
            Move::Anchor(DisputeAnchorArgs::Record { input, record, siblings })
        }
        Need::Row { operand, origin, row } => {
            let (row, siblings) = match origin {
                Origin::Output { node } => table.own.row(node, row)?,
                Origin::Weights { node } => table.graph.row(node, row)?,
            };
            Move::Anchor(DisputeAnchorArgs::Row { operand, row, siblings })
        }
        Need::Piece { operand, origin, row, passed, piece } if passed < piece => {
            let line = line(origin, row)?;
            let end = passed.saturating_add(SKIPPED_MAX).min(piece);
            let pieces = line.pieces().get(passed as usize..end as usize)?.to_vec();
            Move::Anchor(DisputeAnchorArgs::Skip { operand, pieces, next: line.from(end) })
        }
        Need::Piece { operand, origin, row, piece, .. } => {
            let shown = Some(shown(&line(origin, row)?, piece));
            let (first, second) = if operand == 0 { (shown, None) } else { (None, shown) };
            Move::Stream(DisputeStreamArgs { step: 0, first, second })
        }
        Need::Pieces { step, rows: [first, second] } => {
            let of = |row: Option<(Origin, u32)>| match row {
                Some((origin, row)) => Some(Some(shown(&line(origin, row)?, step))),
                None => Some(None),
            };
            Move::Stream(DisputeStreamArgs { step, first: of(first)?, second: of(second)? })
        }
        Need::Tensor { .. } | Need::Judgement { .. } => return None,
    })
}

fn shown(line: &Line, piece: u32) -> PieceArgs {
    PieceArgs { bytes: line.piece(piece).to_vec(), next: line.from(piece.saturating_add(1)) }
}
