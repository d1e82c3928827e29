//! The first subtree that differs leads to the first node that does. All that it reads comes before it and is what the own
//! trace has there, so the operator's element of it is not what it must be. Of a later node input and output may be wrong
//! together, which convicts nobody.

use modchains_core::{
    dispute::{Phase, Side},
    provable::Weights,
};
use modchains_disputes::instructions::{DisputePickArgs, RevealArgs};

use super::ruling::{Obstacle, Ruling};
use crate::{
    dispute::{seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, seen: &Seen) -> Ruling {
    let Phase::Tensors(tree) = &table.game.phase else { return Ok(None) };
    if !table.may_move(Side::Challenger) {
        return Ok(None);
    }
    let shown = seen.here(table).ok_or(Obstacle::Unseen)?;
    let RevealArgs::Nodes { nodes } = shown else { return Err(Obstacle::Unseen) };
    let own = table.own.leaves().below(tree.at);
    let first = nodes.iter().zip(&own).position(|(theirs, own)| theirs != own).ok_or(Obstacle::GraphOther)?;
    Ok(Some(Move::Pick(DisputePickArgs { shown: shown.clone(), index: first as u32 })))
}
