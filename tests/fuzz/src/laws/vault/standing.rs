//! What a proposal, a grant or an action comes to, by the rules in words of our own.

use modchains_vault::state::{Grant, GrantSchedule, Proposal, ProposalAction};
use solana_instruction::Instruction;

use crate::memory::VOTE_SECONDS_MAX;

const DAY_SECONDS: i64 = 86_400;
/// How long a decision can be executed.
const EXECUTION_SECONDS: i64 = 14 * DAY_SECONDS;
/// Two years: how long a grant may last.
const GRANT_SECONDS_MAX: u32 = 2 * 365 * 86_400;

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was executed.
    Executed,
    /// It missed its quorum or the majority.
    Rejected,
    /// Nobody executed it in time.
    Expired,
    /// Other rules are in force.
    Stale,
    /// It is voted on.
    Voting,
    /// It waits.
    Waiting,
    /// It can be executed.
    Executable,
}

impl Standing {
    /// Whether nothing can come of it any more.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Executed | Self::Rejected | Self::Expired | Self::Stale)
    }
}

/// From when a proposal may be executed.
pub fn executable_at(proposal: &Proposal) -> i64 {
    proposal.opened_at_seconds + VOTE_SECONDS_MAX + i64::from(proposal.timelock_seconds)
}

/// From when it may be executed no more.
pub fn expires_at(proposal: &Proposal) -> i64 {
    executable_at(proposal) + EXECUTION_SECONDS
}

/// Whether its quorum and more than half of what voted is for it.
pub const fn is_approved(proposal: &Proposal) -> bool {
    proposal.for_atoms >= proposal.quorum_atoms && proposal.for_atoms > proposal.against_atoms
}

/// Where a proposal stands at `now`, under the rules of `rules_counter`.
pub fn of(proposal: &Proposal, rules_counter: u64, now: i64) -> Standing {
    let has_ended = now >= proposal.end_seconds;
    if proposal.executed_at_seconds != 0 {
        Standing::Executed
    } else if has_ended && !is_approved(proposal) {
        Standing::Rejected
    } else if now >= expires_at(proposal) {
        Standing::Expired
    } else if rules_counter != proposal.rules_counter {
        Standing::Stale
    } else if !has_ended {
        Standing::Voting
    } else if now < executable_at(proposal) {
        Standing::Waiting
    } else {
        Standing::Executable
    }
}

/// Whether one vote may put `fee_atoms` in the place of `present_atoms`: a half to twice as much.
pub fn is_near(present_atoms: u64, fee_atoms: u64) -> bool {
    let (present, fee) = (u128::from(present_atoms), u128::from(fee_atoms));
    fee > 0 && fee <= 2 * present && present <= 2 * fee
}

/// The parts of a schedule that are used, with their times; none if they are not in order.
fn parts(schedule: &GrantSchedule) -> Option<Vec<(u64, u32)>> {
    let parts: Vec<(u64, u32)> = match schedule {
        GrantSchedule::Stream { atoms, seconds } => vec![(*atoms, *seconds)],
        GrantSchedule::Milestones { milestones } => {
            let used = milestones.iter().take_while(|part| part.atoms > 0).count();
            let unused = milestones.iter().skip(used).all(|part| part.atoms == 0 && part.after_seconds == 0);
            let used: Vec<_> = milestones.iter().take(used).map(|part| (part.atoms, part.after_seconds)).collect();
            let in_order = used.windows(2).all(|pair| pair[0].1 < pair[1].1);
            if !unused || !in_order {
                return None;
            }
            used
        }
    };
    Some(parts)
}

/// Whether a proposal may ask for it.
pub fn is_bounded(action: &ProposalAction) -> bool {
    match action {
        ProposalAction::Signal | ProposalAction::GrantStop { .. } => true,
        ProposalAction::Grant { schedule, .. } => parts(schedule).is_some_and(|parts| {
            let is_stream = matches!(schedule, GrantSchedule::Stream { .. });
            let fits = |(atoms, seconds): &(u64, u32)| {
                *atoms > 0 && *seconds <= GRANT_SECONDS_MAX && (!is_stream || *seconds > 0)
            };
            let total: u128 = parts.iter().map(|(atoms, _)| u128::from(*atoms)).sum();
            !parts.is_empty() && parts.iter().all(fits) && total <= u128::from(u64::MAX)
        }),
        ProposalAction::ReserveDeposit { reserve_atoms } => *reserve_atoms > 0,
        ProposalAction::TreasuryShare { treasury_bps } => *treasury_bps <= 5_000,
        ProposalAction::ServiceFee { fee_atoms } => *fee_atoms > 0,
    }
}

/// Everything that a schedule releases.
pub fn schedule_atoms(schedule: &GrantSchedule) -> u128 {
    parts(schedule).unwrap_or_default().iter().map(|(atoms, _)| u128::from(*atoms)).sum()
}

/// Everything that was granted.
pub fn granted_atoms(grant: &Grant) -> u128 {
    grant.part_atoms.iter().map(|atoms| u128::from(*atoms)).sum()
}

/// What a grant has released at `now`, or when it was stopped.
pub fn released_atoms(grant: &Grant, now: i64) -> u128 {
    let until = if grant.stopped_at_seconds == 0 { now } else { grant.stopped_at_seconds };
    let elapsed = u128::from((until - grant.started_at_seconds).max(0).unsigned_abs());
    if grant.is_stream == 1 {
        let (atoms, seconds) = (u128::from(grant.part_atoms[0]), u128::from(grant.part_seconds[0]));
        return atoms * elapsed.min(seconds) / seconds;
    }
    let parts = grant.part_atoms.iter().zip(grant.part_seconds);
    parts.filter(|(_, after)| u128::from(*after) <= elapsed).map(|(atoms, _)| u128::from(*atoms)).sum()
}

/// What a grant may still pay.
pub fn left_atoms(grant: &Grant) -> u128 {
    let most = match grant.stopped_at_seconds {
        0 => granted_atoms(grant),
        stopped => released_atoms(grant, stopped),
    };
    most.saturating_sub(u128::from(grant.claimed_atoms))
}

/// Whether any of `instructions` names the payload of a proposal to the vault.
pub fn was_named(proposal: &Proposal, instructions: &[Instruction]) -> bool {
    instructions.iter().any(|sent| {
        sent.program_id == modchains_vault::ID && sent.data.windows(32).any(|bytes| bytes == proposal.payload_sha256)
    })
}
