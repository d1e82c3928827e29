//! What grants pay.

use modchains_vault::state::{Grant, GrantSchedule, ProposalAction, RevenuePool};

use super::{decisions::decided, standing};
use crate::laws::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_grant_is_what_was_decided",
        sentence: "A grant starts by a decision, with its pool, payee and schedule, and changes in nothing but what it has paid and its stop.",
        check: a_grant_is_what_was_decided,
    },
    Law {
        name: "a_grant_pays_what_time_released",
        sentence: "A grant has never paid more than it has released, nor more than was granted, and a claim pays all of it.",
        check: a_grant_pays_what_time_released,
    },
    Law {
        name: "grants_add_up_to_the_pool",
        sentence: "What a pool counts as granted is what its grants may still pay.",
        check: grants_add_up_to_the_pool,
    },
];

fn a_grant_is_what_was_decided(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let decided = decided(sight);
    for change in sight.seen.changes::<Grant>() {
        let Some(after) = change.after else { continue };
        let Some(before) = change.before else {
            let is_it = decided.iter().any(|(proposal, action)| {
                let ProposalAction::Grant { pool, payee, schedule } = action else { return false };
                let identity = (proposal.vault, *pool, *payee, proposal.index, sight.seen.now);
                let own = (after.vault, after.pool, after.payee, after.proposal_index, after.started_at_seconds);
                own == identity && is_schedule(&after, schedule) && after.claimed_atoms == 0
            });
            hold!(is_it, "a grant that nobody decided on: {after:?}");
            facts += 1;
            continue;
        };
        let stopped = after.stopped_at_seconds != before.stopped_at_seconds;
        let by_vote = decided.iter().any(|(_, action)| *action == ProposalAction::GrantStop { grant: change.address });
        let at = before.stopped_at_seconds == 0 && after.stopped_at_seconds == sight.seen.now;
        hold!(!stopped || (by_vote && at), "a grant was stopped by nobody");
        let moved =
            Grant { stopped_at_seconds: before.stopped_at_seconds, claimed_atoms: before.claimed_atoms, ..after };
        hold!(bytemuck::bytes_of(&moved) == bytemuck::bytes_of(&before), "a grant changed: {after:?}");
        facts += 1;
    }
    Ok(facts)
}

fn is_schedule(grant: &Grant, schedule: &GrantSchedule) -> bool {
    let own = (grant.part_atoms, grant.part_seconds);
    match schedule {
        GrantSchedule::Stream { atoms, seconds } => {
            grant.is_stream == 1 && own == ([*atoms, 0, 0, 0], [*seconds, 0, 0, 0])
        }
        GrantSchedule::Milestones { milestones } => {
            let parts = (milestones.map(|part| part.atoms), milestones.map(|part| part.after_seconds));
            grant.is_stream == 0 && own == parts
        }
    }
}

fn a_grant_pays_what_time_released(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Grant>() {
        let (claimed, released) = (u128::from(after.claimed_atoms), standing::released_atoms(&after, sight.seen.now));
        hold!(claimed <= released, "{claimed} paid of {released} released");
        let granted = standing::granted_atoms(&after);
        hold!(claimed <= granted, "{claimed} paid of {granted} granted");
        let tokens = sight.setup.ledger.pools.get(&after.pool).map(|pool| pool.tokens);
        let paid = tokens.map_or(0, |tokens| -sight.seen.token_change(&tokens));
        let grown = i128::from(after.claimed_atoms) - i128::from(before.claimed_atoms);
        hold!(grown == paid, "{paid} paid, {grown} counted");
        hold!(grown == 0 || claimed == released, "{claimed} paid of {released} released");
        facts += 1;
    }
    Ok(facts)
}

fn grants_add_up_to_the_pool(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<RevenuePool>() {
        let Some(pool) = change.after else { continue };
        let grants = sight.setup.ledger.grants.values().filter(|grant| grant.pool == change.address);
        let left: u128 = grants.map(standing::left_atoms).sum();
        hold!(left == u128::from(pool.granted_atoms), "grants may pay {left}, counted {}", pool.granted_atoms);
        facts += 1;
    }
    Ok(facts)
}
