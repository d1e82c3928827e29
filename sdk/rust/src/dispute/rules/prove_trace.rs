//! The posted output and the siblings of the last node's leaf are all it takes. Once the result is bound to a root, another one
//! is no answer.

use modchains_core::{
    dispute::{Phase, Side},
    provable::Weights,
};
use modchains_disputes::instructions::TraceRevealArgs;

use super::ruling::{Obstacle, Ruling};
use crate::{dispute::table::Table, provable::Move};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>) -> Ruling {
    if table.game.phase != Phase::Trace || !table.may_move(Side::Operator) {
        return Ok(None);
    }
    if table.case.trace != [0; 32] && table.case.trace != table.own.root() {
        return Err(Obstacle::TraceOther);
    }
    Ok(Some(Move::Trace(TraceRevealArgs { siblings: table.own.last_siblings() })))
}
