//! Inside the first node that differs every element is computed from earlier nodes alone, so any that differs convicts. Of
//! rows the first element stands for the cost of all, and of pieces as well: which of their elements differ shows later.

use modchains_core::{
    dispute::{Entered, Phase, Side},
    provable::{ElementKind, Node, Weights},
};
use modchains_disputes::instructions::{DisputePickArgs, RevealArgs};

use super::{
    ruling::{Obstacle, Ruling},
    show_what_is_asked::below,
};
use crate::{
    dispute::{cost::evidence_moves, seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, seen: &Seen) -> Ruling {
    if !table.may_move(Side::Challenger) || !is_inside_node(&table.game.phase) {
        return Ok(None);
    }
    let shown = seen.here(table).ok_or(Obstacle::Unseen)?;
    let index = cheapest(table, shown).ok_or(Obstacle::GraphOther)?;
    Ok(Some(Move::Pick(DisputePickArgs { shown: shown.clone(), index })))
}

const fn is_inside_node(phase: &Phase) -> bool {
    matches!(phase, Phase::Rows { .. } | Phase::Row(_) | Phase::Piece(_))
}

/// The place among those shown that differs from the own trace and costs least to prove, the first of several.
fn cheapest<W: Weights>(table: &Table<'_, W>, shown: &RevealArgs) -> Option<u32> {
    let own = below(table)?;
    let entered = entered(&table.game.phase)?;
    let node = table.graph.graph().node(entered.node, table.case.size)?;
    match (&table.game.phase, shown, &own) {
        (Phase::Rows { tree, .. }, RevealArgs::Nodes { nodes }, RevealArgs::Nodes { nodes: own }) => {
            let height = tree.at.height.saturating_sub(nodes.len().trailing_zeros());
            let row = |index: u32| ((tree.at.index << tree.at.height) | index << height, 0);
            cheapest_of(&node, differing(nodes, own), row)
        }
        (Phase::Row(row), RevealArgs::Pieces { pieces, .. }, RevealArgs::Pieces { pieces: own, .. }) => {
            let full = node.output.kind.per_piece() as u32;
            let place = |index: u32| (row.row, row.start.saturating_add(index).saturating_mul(full));
            // Where none of them differs, what follows does.
            cheapest_of(&node, differing(pieces, own), place).or(Some(pieces.len() as u32))
        }
        (Phase::Piece(piece), RevealArgs::Elements { bytes }, RevealArgs::Elements { bytes: own }) => {
            let kind = node.output.kind;
            let first = piece.piece.saturating_mul(kind.per_piece() as u32);
            let place = |index: u32| (piece.row, first.saturating_add(index));
            cheapest_of(&node, differing(&words(kind, bytes), &words(kind, own)), place)
        }
        _ => None,
    }
}

const fn entered(phase: &Phase) -> Option<&Entered> {
    match phase {
        Phase::Rows { entered, .. } => Some(entered),
        Phase::Row(row) => Some(&row.entered),
        Phase::Piece(piece) => Some(&piece.entered),
        _ => None,
    }
}

fn words(kind: ElementKind, bytes: &[u8]) -> Vec<u32> {
    (0..bytes.len() / kind.bytes()).map(|index| kind.word(bytes, index)).collect()
}

fn differing<T: PartialEq>(theirs: &[T], own: &[T]) -> Vec<u32> {
    let pairs = (0..).zip(theirs.iter().zip(own));
    pairs.filter(|(_, (theirs, own))| theirs != own).map(|(index, _)| index).collect()
}

fn cheapest_of(node: &Node, of: Vec<u32>, place: impl Fn(u32) -> (u32, u32)) -> Option<u32> {
    let cost = |index: &u32| {
        let (row, column) = place(*index);
        evidence_moves(node, row, column)
    };
    of.into_iter().min_by_key(cost)
}
