//! The record says what the node computes and how large it is; the program has the graph's root alone.

use modchains_core::{
    dispute::{Phase, Side},
    provable::Weights,
};
use modchains_disputes::instructions::DisputeAnchorArgs;

use super::ruling::{Obstacle, Ruling};
use crate::{
    dispute::{seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, _: &Seen) -> Ruling {
    let Phase::Record { node, .. } = table.game.phase else { return Ok(None) };
    if !table.may_move(Side::Challenger) {
        return Ok(None);
    }
    let (record, siblings) = table.graph.record(node).ok_or(Obstacle::GraphOther)?;
    Ok(Some(Move::Anchor(DisputeAnchorArgs::Node { record, siblings })))
}
