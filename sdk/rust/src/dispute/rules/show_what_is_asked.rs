//! There is one answer, and it is a preimage: the nodes four levels down, the next pieces of a row, or the bytes of a piece.

use modchains_core::{
    dispute::{Phase, Side},
    provable::{Weights, commitment::REVEALED_MAX},
};
use modchains_disputes::instructions::RevealArgs;

use super::ruling::{Obstacle, Ruling};
use crate::{dispute::table::Table, provable::Move};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>) -> Ruling {
    if !table.may_move(Side::Operator) || table.game.phase == Phase::Trace {
        return Ok(None);
    }
    if !table.is_agreed() {
        return Err(Obstacle::TraceOther);
    }
    below(table).map(|shown| Some(Move::Reveal(shown))).ok_or(Obstacle::GraphOther)
}

/// What lies in the own trace below the place where the game stands.
pub(super) fn below<W: Weights>(table: &Table<'_, W>) -> Option<RevealArgs> {
    let own = table.own;
    Some(match &table.game.phase {
        Phase::Tensors(tree) => RevealArgs::Nodes { nodes: own.leaves().below(tree.at) },
        Phase::Rows { entered, tree } => RevealArgs::Nodes { nodes: own.rows(entered.node)?.below(tree.at) },
        Phase::Row(row) => {
            let line = own.line(row.entered.node, row.row)?;
            let rest = line.pieces().get(row.start as usize..)?;
            let pieces = rest.iter().take(REVEALED_MAX).copied().collect();
            let end = row.start.saturating_add(REVEALED_MAX as u32);
            RevealArgs::Pieces { pieces, next: (rest.len() > REVEALED_MAX).then(|| line.from(end)) }
        }
        Phase::Piece(piece) => {
            let line = own.line(piece.entered.node, piece.row)?;
            RevealArgs::Elements { bytes: line.piece(piece.piece).to_vec() }
        }
        _ => return None,
    })
}
