//! How those who stake decide: what a vote weighs, a proposal's life, and what it may set going.
//!
//! Each step is a pure function of the state and the clock, as those of a request are: whoever keeps the state stores the
//! next one, or nothing. Nothing here depends on a price, so no decision needs one.

mod ballots;
mod error;
mod grant;
mod proposal;
mod weight;

pub use ballots::{BALLOTS_KEPT, Ballots};
pub use error::GovernanceError;
pub use grant::{GRANT_SECONDS_MAX, GrantState, MILESTONES_MAX, Milestone, Schedule};
pub use proposal::{Electorate, ProposalState, ProposalStatus};
pub use weight::VotingStake;

use crate::stream::TREASURY_BPS_MAX;

/// Shorthand for a result that fails with [`GovernanceError`].
pub type Result<T> = core::result::Result<T, GovernanceError>;

/// How long a proposal can be voted on: five days.
pub const VOTE_SECONDS: u32 = 5 * 24 * 3_600;
/// A vote that turns the outcome this late moves the end, once, by as much: a day.
pub const VOTE_EXTENSION_SECONDS: u32 = 24 * 3_600;
/// Longest time from a proposal's opening to its end. Stakes that vote are locked until then, and the timelock begins there,
/// whether the vote is extended or not: nobody shortens either by a vote.
// arith-safety: six days.
pub const VOTING_WINDOW_MAX_SECONDS: u32 = VOTE_SECONDS + VOTE_EXTENSION_SECONDS;
/// Shortest time from the end of the voting window to execution: two days. A vault's cooldown takes its place if it is
/// longer, so that whoever disagrees can be out before.
pub const EXECUTION_TIMELOCK_SECONDS_MIN: u32 = 2 * 24 * 3_600;
/// How long an approved proposal can be executed: fourteen days.
pub const EXECUTION_SECONDS: u32 = 14 * 24 * 3_600;
/// Part of the stake at the opening that has to vote for a proposal: a fifth.
pub const QUORUM_STAKE_BPS: u16 = 2_000;
/// Part of the token's supply at the opening that has to vote for a proposal: 4 %. With less than that staked nothing passes.
pub const QUORUM_SUPPLY_BPS: u16 = 400;
/// Part of the stake that a proposer must hold: 0.5 %.
pub const PROPOSER_STAKE_BPS: u16 = 50;
/// How far one vote moves a service's fee: to between a half and twice the present one.
pub const FEE_FACTOR_MAX: u64 = 2;
/// How long a model's creator keeps the fee that a vote has set: thirty days.
pub const FEE_KEPT_SECONDS: u32 = 30 * 24 * 3_600;

/// Requires a part of the revenue that a vote may send to the treasury.
pub const fn validate_treasury_bps(treasury_bps: u16) -> Result<()> {
    ensure(treasury_bps <= TREASURY_BPS_MAX, GovernanceError::ActionOutOfBounds)
}

/// Requires a fee that one vote may put in the place of `present_atoms`.
pub const fn validate_fee(present_atoms: u64, fee_atoms: u64) -> Result<()> {
    let fits = fee_atoms > 0
        && fee_atoms <= present_atoms.saturating_mul(FEE_FACTOR_MAX)
        && present_atoms <= fee_atoms.saturating_mul(FEE_FACTOR_MAX);
    ensure(fits, GovernanceError::ActionOutOfBounds)
}

/// Requires `condition`, or refuses with `error`.
const fn ensure(condition: bool, error: GovernanceError) -> Result<()> {
    if condition { Ok(()) } else { Err(error) }
}
