//! The rules, a file for each, and the order in which either side asks them.

mod bring_what_is_needed;
mod call_time;
mod concede;
mod judge;
mod pick_cheapest_difference;
mod pick_first_node;
mod prove_record;
mod prove_trace;
mod ruling;
mod show_what_is_asked;

use std::fmt;

use modchains_core::{
    dispute::{Phase, Verdict},
    provable::Weights,
};

use self::ruling::Ruling;
use super::{seen::Seen, table::Table};
use crate::provable::Move;

pub use ruling::Obstacle;

/// Why a side makes the move that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The other side has used up its clock.
    CallTime,
    /// The operator shows that its trace ends with what it posted.
    ProveTrace,
    /// The operator shows what lies below the place that was picked.
    ShowWhatIsAsked,
    /// The challenger finds nothing that differs.
    Concede,
    /// The challenger goes to the first node that differs.
    PickFirstNode,
    /// The challenger proves which node that is.
    ProveRecord,
    /// The challenger goes to an element of it that differs, and of those to one that is cheap to prove.
    PickCheapestDifference,
    /// The challenger brings what the element is computed from.
    BringWhatIsNeeded,
    /// The challenger has the element decided.
    Judge,
}

/// What a side does.
#[derive(Debug, Clone)]
pub enum Decision {
    /// It makes a move.
    Play {
        /// Why.
        rule: Rule,
        /// Which.
        play: Move,
    },
    /// It waits: the other side has time to move, or something that it showed is still to come.
    Wait,
    /// The game is over; it can be settled.
    Over(Verdict),
}

/// What the operator does.
///
/// # Errors
/// When its trace is not the one that it is bound to, so that it has no answer.
pub fn defend<W: Weights>(table: &Table<'_, W>) -> Result<Decision, Obstacle> {
    type Ask<W> = fn(&Table<'_, W>) -> Ruling;
    let rules: [(Rule, Ask<W>); 3] = [
        (Rule::CallTime, call_time::of_challenger),
        (Rule::ProveTrace, prove_trace::rule),
        (Rule::ShowWhatIsAsked, show_what_is_asked::rule),
    ];
    decide(table, rules.into_iter().map(|(rule, ask)| (rule, ask(table))))
}

/// What the challenger does.
///
/// # Errors
/// When what the operator showed was not seen yet, or when the own graph is another one.
pub fn challenge<W: Weights>(table: &Table<'_, W>, seen: &Seen) -> Result<Decision, Obstacle> {
    type Ask<W> = fn(&Table<'_, W>, &Seen) -> Ruling;
    let rules: [(Rule, Ask<W>); 7] = [
        (Rule::CallTime, call_time::of_operator),
        (Rule::Concede, concede::rule),
        (Rule::PickFirstNode, pick_first_node::rule),
        (Rule::ProveRecord, prove_record::rule),
        (Rule::PickCheapestDifference, pick_cheapest_difference::rule),
        (Rule::BringWhatIsNeeded, bring_what_is_needed::rule),
        (Rule::Judge, judge::rule),
    ];
    decide(table, rules.into_iter().map(|(rule, ask)| (rule, ask(table, seen))))
}

fn decide<W>(table: &Table<'_, W>, rulings: impl Iterator<Item = (Rule, Ruling)>) -> Result<Decision, Obstacle> {
    if let Phase::Over(verdict) = table.game.phase {
        return Ok(Decision::Over(verdict));
    }
    for (rule, ruling) in rulings {
        if let Some(play) = ruling? {
            return Ok(Decision::Play { rule, play });
        }
    }
    Ok(Decision::Wait)
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CallTime => "call time",
            Self::ProveTrace => "prove the trace",
            Self::ShowWhatIsAsked => "show what is asked",
            Self::Concede => "concede",
            Self::PickFirstNode => "pick the first node that differs",
            Self::ProveRecord => "prove the node's record",
            Self::PickCheapestDifference => "pick the cheapest difference",
            Self::BringWhatIsNeeded => "bring what is needed",
            Self::Judge => "judge",
        })
    }
}
