//! Where nothing differs there is nothing to win: the operator's trace is the own one, and what is left is the wait. It costs
//! what losing costs.

use modchains_core::{dispute::Side, provable::Weights};

use super::ruling::Ruling;
use crate::{
    dispute::{seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, _: &Seen) -> Ruling {
    Ok((table.may_move(Side::Challenger) && table.is_agreed()).then_some(Move::Concede))
}
