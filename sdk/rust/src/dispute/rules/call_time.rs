//! Silence loses, but somebody has to say so.

use modchains_core::{dispute::Side, provable::Weights};

use super::ruling::Ruling;
use crate::{
    dispute::{seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn of_operator<W: Weights>(table: &Table<'_, W>, _: &Seen) -> Ruling {
    Ok(when_up(table, Side::Operator))
}

pub(super) fn of_challenger<W: Weights>(table: &Table<'_, W>) -> Ruling {
    Ok(when_up(table, Side::Challenger))
}

fn when_up<W: Weights>(table: &Table<'_, W>, side: Side) -> Option<Move> {
    let is_up = table.game.phase.to_move() == Some(side) && !table.may_move(side);
    is_up.then_some(Move::TimeOut)
}
