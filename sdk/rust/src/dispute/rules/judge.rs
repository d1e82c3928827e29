//! Once nothing is missing the element is decided; a row of weights still has to tell its bias.

use modchains_core::{
    dispute::{Need, Phase, Side},
    provable::Weights,
};
use modchains_disputes::instructions::DisputeJudgeArgs;

use super::ruling::{Obstacle, Ruling};
use crate::{
    dispute::{seen::Seen, table::Table},
    provable::Move,
};

pub(super) fn rule<W: Weights>(table: &Table<'_, W>, _: &Seen) -> Ruling {
    let Phase::Evidence(evidence) = &table.game.phase else { return Ok(None) };
    if !table.may_move(Side::Challenger) {
        return Ok(None);
    }
    let need = evidence.need(table.case.size).map_err(|_| Obstacle::GraphOther)?;
    let Need::Judgement { bias_of } = need else { return Ok(None) };
    let bias = match bias_of {
        None => [0; 4],
        Some(row) => table.graph.bias(evidence.entered.node, row).ok_or(Obstacle::GraphOther)?,
    };
    Ok(Some(Move::Judge(DisputeJudgeArgs { bias })))
}
