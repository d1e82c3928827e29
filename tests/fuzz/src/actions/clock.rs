//! Time passes: seconds mostly, often to the very edge of a window, now and then weeks.

use modchains_vault::state::Proposal;

use super::action::{Action, Plan};
use crate::{laws::vault::standing, pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "wait", weight: 110, build: wait },
    Action { name: "next_decision", weight: 14, build: next_decision },
];

fn wait(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let seconds = match pick.below(100) {
        _ if is_launching(setup) && pick.percent(80) => pick.below(150) as i64,
        0..=39 => 1 + pick.below(59) as i64,
        40..=69 => to_an_edge(setup, pick)?,
        70..=84 => 60 + pick.below(3_600) as i64,
        85..=93 => 3_600,
        94.. if is_deciding(setup) && pick.percent(75) => 3_600,
        94..=97 => 86_400 / 2 + pick.below(86_400) as i64,
        98 => 604_800,
        _ => 30 * 86_400,
    };
    Some(Plan { wait_seconds: seconds, what: format!("{seconds} s pass"), ..Plan::default() })
}

/// Whether some market is being launched, which is soon over: time goes slowly then.
pub fn is_launching(setup: &Setup) -> bool {
    let now = setup.chain.now();
    setup.ledger.markets.values().any(|market| super::trades::launch_end(market).is_some_and(|end| now < end))
}

/// To the second before, of, or after the end of some window.
fn to_an_edge(setup: &Setup, pick: &mut Pick) -> Option<i64> {
    let now = setup.chain.now();
    let ahead: Vec<i64> = edges(setup).into_iter().filter(|edge| *edge >= now).collect();
    // The nearest edges first: a jump to the furthest would close all other windows.
    let nearest = {
        let mut ahead = ahead;
        ahead.sort_unstable();
        ahead.truncate(6);
        ahead
    };
    let edge = pick.one(&nearest)?;
    Some((edge - now + pick.below(3) as i64 - 1).max(0))
}

/// Whether a proposal can still find its quorum, or be executed: days go slowly then.
fn is_deciding(setup: &Setup) -> bool {
    let now = setup.chain.now();
    let is_one = |proposal: &Proposal| match standing::is_approved(proposal) {
        false => now < proposal.end_seconds,
        true => {
            let executable = standing::executable_at(proposal)..standing::expires_at(proposal);
            proposal.executed_at_seconds == 0 && executable.contains(&now)
        }
    };
    setup.ledger.proposals.values().any(is_one)
}

/// Time passes to where a proposal or a grant goes on, which is days away.
fn next_decision(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    if is_launching(setup) && pick.percent(90) {
        return None;
    }
    let (now, ledger) = (setup.chain.now(), &setup.ledger);
    let careless = pick.percent(15);
    if is_deciding(setup) && !careless {
        return None;
    }
    let mut ahead: Vec<i64> = Vec::new();
    for proposal in ledger.proposals.values().filter(|proposal| proposal.executed_at_seconds == 0) {
        if standing::is_approved(proposal) || (now < proposal.end_seconds && careless) {
            let end = proposal.end_seconds;
            ahead.extend([end - 86_400, end, standing::executable_at(proposal), standing::expires_at(proposal)]);
        }
    }
    for grant in ledger.grants.values().filter(|grant| standing::left_atoms(grant) > 0) {
        let used = grant.part_seconds.iter().zip(grant.part_atoms).filter(|(_, atoms)| *atoms > 0);
        ahead.extend(used.map(|(after, _)| grant.started_at_seconds + i64::from(*after)));
    }
    ahead.retain(|edge| *edge > now);
    ahead.sort_unstable();
    ahead.truncate(3);
    let edge = pick.one(&ahead)?;
    let seconds = (edge - now + pick.below(3) as i64 - 1).max(0);
    Some(Plan { wait_seconds: seconds, what: format!("{seconds} s pass to a decision"), ..Plan::default() })
}

fn edges(setup: &Setup) -> Vec<i64> {
    let ledger = &setup.ledger;
    let mut edges = Vec::new();
    for market in ledger.markets.values() {
        let epoch = i64::from(market.params.epoch_seconds);
        edges.extend([market.synced_at_seconds() + epoch, market.synced_at_seconds() + 2 * epoch]);
        edges.extend(super::trades::launch_end(market));
        edges.extend(super::trades::pause_end(market));
    }
    edges.extend(ledger.positions.values().map(|position| position.cooling_until_seconds));
    edges.extend(ledger.operators.values().map(|operator| operator.cooling_until_seconds));
    for request in ledger.requests.values() {
        edges.extend([request.deadline_seconds, request.claim_deadline_seconds, request.challenge_until_seconds]);
    }
    edges.extend(ledger.exchange_configs.values().map(|config| config.pending_at_seconds));
    edges.extend(ledger.oracle_configs.values().map(|config| config.pending_at_seconds));
    edges.extend(ledger.contributors.values().map(|contributors| contributors.pending_at_seconds));
    edges
}
