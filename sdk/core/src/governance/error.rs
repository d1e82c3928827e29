use core::fmt;

use crate::CoreError;

/// Why a step of a decision was refused. Nothing has changed when one of these is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GovernanceError {
    /// A formula refused.
    Formula(CoreError),
    /// The proposer holds too small a part of the stake.
    ProposerStakeTooSmall,
    /// What is proposed is outside its bounds.
    ActionOutOfBounds,
    /// The rules of the stake have changed since the proposal was opened.
    RulesChanged,
    /// The vote has ended.
    VoteEnded,
    /// Nothing was staked before the proposal that still is.
    WeightZero,
    /// The position has voted on the proposal.
    VotedAlready,
    /// The position has voted on so many later proposals that it is not known whether it voted on this one.
    ProposalTooOld,
    /// The vote has not ended.
    VoteRunning,
    /// The proposal did not pass.
    Rejected,
    /// The timelock is still running.
    TimelockRunning,
    /// The time to execute the proposal is over.
    Expired,
    /// The proposal has been executed.
    ExecutedAlready,
    /// The proposal can still pass or be executed.
    NotSettled,
    /// The grant was stopped before, or all of it has been released.
    GrantOver,
    /// Nothing more has been released.
    NothingReleased,
    /// The state would break its own rules.
    StateInconsistent,
}

impl From<CoreError> for GovernanceError {
    fn from(error: CoreError) -> Self {
        Self::Formula(error)
    }
}

impl fmt::Display for GovernanceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Formula(error) => return error.fmt(formatter),
            Self::ProposerStakeTooSmall => "the proposer holds too small a part of the stake",
            Self::ActionOutOfBounds => "what is proposed is out of bounds",
            Self::RulesChanged => "the rules of the stake have changed since the proposal was opened",
            Self::VoteEnded => "the vote has ended",
            Self::WeightZero => "nothing was staked before the proposal that still is",
            Self::VotedAlready => "the position has voted on the proposal",
            Self::ProposalTooOld => "the position has voted on too many later proposals",
            Self::VoteRunning => "the vote has not ended",
            Self::Rejected => "the proposal did not pass",
            Self::TimelockRunning => "the timelock of the proposal is still running",
            Self::Expired => "the time to execute the proposal is over",
            Self::ExecutedAlready => "the proposal has been executed",
            Self::NotSettled => "the proposal can still pass or be executed",
            Self::GrantOver => "the grant was stopped before, or all of it has been released",
            Self::NothingReleased => "nothing more of the grant has been released",
            Self::StateInconsistent => "the state of the decision does not add up",
        })
    }
}

impl core::error::Error for GovernanceError {}
