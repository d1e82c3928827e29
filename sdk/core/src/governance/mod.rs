//! How those who stake decide: weights of votes, and what a vault keeps of them.

mod weight;

pub use weight::VotingStake;

/// How long a proposal can be voted on: five days.
pub const VOTE_SECONDS: u32 = 5 * 24 * 3_600;
/// By how much a late turn of a vote moves its end, once: a day.
pub const VOTE_EXTENSION_SECONDS: u32 = 24 * 3_600;
/// Longest time from a proposal's opening to its end.
// arith-safety: six days.
pub const VOTING_WINDOW_MAX_SECONDS: u32 = VOTE_SECONDS + VOTE_EXTENSION_SECONDS;
