//! Why an instruction was refused, and what to do about it. Each error states a fact about the world; positions are codes,
//! so add only at the end.

use anchor_lang::prelude::*;
use modchains_core::{CoreError, governance::GovernanceError};
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::refusals;

refusals! {
    /// Errors of the vault program.
    pub enum VaultError {
        /// The amount given is zero.
        AmountZero = "the amount is zero"
            => "name an amount above zero",
        /// A result does not fit its integer type.
        Overflow = "the amount is too large"
            => "name a smaller amount",
        /// Only the model's creator may choose the terms.
        NotCreator = "the signer is not the creator of the model"
            => "open the vault with the default terms, or sign with the creator's key",
        /// The signer does not own the position.
        NotPositionOwner = "the signer does not own the position"
            => "sign with the owner's key",
        /// The mint given is not the model's token.
        MintOfAnotherModel = "the mint is not the token of the model"
            => "pass the mint that the model names",
        /// The cooldown is outside 10 seconds to 30 days.
        CooldownOutOfBounds = "the cooldown is outside 10 seconds to 30 days"
            => "choose one within",
        /// The stream time is outside 60 seconds to 90 days.
        StreamOutOfBounds = "the stream time is outside 60 seconds to 90 days"
            => "choose one within",
        /// The revenue mint has an extension that gives somebody power over holders or takes a fee.
        RevenueMintExtensionRefused = "the revenue mint carries an extension that could hurt holders"
            => "choose a mint without extensions",
        /// A change of a stake must pass every share of the position with its pool.
        SharesIncomplete = "the accounts are not all shares of the position, each with its pool"
            => "pass every share of the position once, each followed by its pool",
        /// The share belongs to another position or pool.
        ShareOfAnotherPosition = "the share belongs to another position or another pool"
            => "pass the position's own share of the pool",
        /// The position has as many shares as it can have.
        SharePlacesTaken = "the position earns from eight further pools already"
            => "unsubscribe from one of them first",
        /// The vault's first pool takes no shares, because every position earns from it.
        PoolIsFirst = "every position earns from the vault's first pool without a share"
            => "claim from it directly",
        /// The pool is not the vault's first, and no share was given.
        PoolIsNotFirst = "the pool is not the vault's first"
            => "pass the vault's first pool, or the position's share of this one",
        /// A vote keeps the stake in until its end.
        PositionLocked = "the position has voted on a proposal whose vote still runs"
            => "wait for the end of the vote",
        /// Something is staked or cooling.
        StakeNotEmpty = "something is staked or cooling"
            => "unstake and withdraw everything first",
        /// Revenue is due to somebody.
        RevenueUnclaimed = "revenue is unclaimed"
            => "claim it first, or wait until it has been streamed and claimed",
        /// The position or the pool has shares.
        SharesOpen = "there are shares or stakes"
            => "unsubscribe from every pool first",
        /// Tokens were sent to the account directly.
        TokensUnswept = "the token account holds more than its owner accounts for"
            => "sweep it first",
        /// Nothing was sent to the account directly.
        NothingToSweep = "the token account holds nothing that is not accounted for"
            => "there is nothing to do until somebody sends tokens to it",
        /// The treasury's part is above half.
        TreasuryShareOutOfBounds = "the treasury's part is above half"
            => "choose at most 5,000 basis points",
        /// The signer did not pay the rent.
        NotPayer = "the signer did not pay the rent of the account"
            => "sign with the key that paid it",
        /// The vault's rules are not those that the signer looked at.
        VaultChanged = "the vault has opened again, or its rules have changed, since it was looked at"
            => "look at its cooldown, stream time and treasury's share, and name its new counter",
        /// The market belongs to another model or trades against another mint.
        MarketMismatch = "the market is of another model, or trades against another mint"
            => "pass the model's market and the mint that it trades against",
        /// The pool belongs to another vault.
        PoolOfAnotherVault = "the pool belongs to another vault"
            => "pass a pool of the vault",
        /// The position belongs to another vault.
        PositionOfAnotherVault = "the position belongs to another vault"
            => "pass the owner's position in the vault",
        /// The vault belongs to another model.
        VaultOfAnotherModel = "the vault belongs to another model"
            => "pass the vault of the model",
        /// The token account is not the one the vault or pool keeps its tokens in.
        TokenAccountMismatch = "the token account is not the one of the vault or pool"
            => "pass the token account that the vault or pool names",
        /// Less is staked than is to be unstaked.
        StakeTooSmall = "less is staked than is to be unstaked"
            => "unstake at most what is staked",
        /// Nothing is cooling.
        NothingCooling = "nothing is cooling"
            => "start an unstake first",
        /// The cooldown is still running.
        CooldownRunning = "the cooldown is still running"
            => "wait for the end of the cooldown",
        /// The position has nothing to claim from this pool.
        NothingClaimable = "the position has nothing to claim from this pool"
            => "there is nothing to pay until revenue comes in",
        /// The clock shows a time before the one recorded.
        ClockWentBack = "the clock shows a time before the one recorded"
            => "try again once the cluster's clock has caught up",
        /// Staked and cooling tokens do not add up.
        StakeNotConserved = "staked and cooling tokens do not add up"
            => "report it: no instruction should lead here",
        /// The pool's revenue does not add up.
        RevenueNotConserved = "the revenue of the pool does not add up"
            => "report it: no instruction should lead here",
        /// The arithmetic refused for a reason that belongs to another program.
        ArithmeticRefused = "the arithmetic refused the input"
            => "report it: the accounts hold what the formulas cannot take",
        /// The proposer's stake that was there before this second is too small.
        ProposerStakeTooSmall = "the proposer holds less than 0.5 % of the stake"
            => "stake more, and propose in a later second",
        /// The position's owner has a proposal.
        ProposalPending = "the position's owner has a proposal already"
            => "close it once it is settled",
        /// What is proposed is outside its bounds.
        ActionOutOfBounds = "what is proposed is out of bounds"
            => "see the bounds of the action",
        /// The URI does not fit a proposal.
        ProposalUriTooLong = "the URI is longer than 96 bytes"
            => "choose a shorter one",
        /// The proposal was opened under other rules of the stake.
        RulesChanged = "the rules of the stake have changed since the proposal was opened"
            => "propose it anew",
        /// The vote has ended.
        VoteEnded = "the vote on the proposal has ended"
            => "nobody can vote any more",
        /// The position had no stake before the proposal that it has kept.
        WeightZero = "nothing was staked before the proposal that still is"
            => "stake before proposals are opened, since only such stake votes",
        /// A position votes once.
        VotedAlready = "the position has voted on the proposal"
            => "a vote cannot be changed",
        /// The position's memory of its votes does not reach back to the proposal.
        ProposalTooOld = "the position has voted on a proposal that is 64 or more later"
            => "vote on older proposals first",
        /// The vote still runs.
        VoteRunning = "the vote on the proposal still runs"
            => "wait for its end and for the timelock",
        /// The proposal missed its quorum or its majority.
        ProposalRejected = "the proposal did not pass"
            => "there is nothing to execute",
        /// The proposal has to wait.
        ProposalTimelockRunning = "the timelock of the proposal is still running"
            => "wait for its end",
        /// Nobody executed the proposal in time.
        ProposalExpired = "the time to execute the proposal is over"
            => "propose it anew",
        /// The proposal has been executed.
        ProposalExecutedAlready = "the proposal has been executed"
            => "there is nothing left to do",
        /// The proposal can still pass or be executed.
        ProposalNotSettled = "the proposal can still pass or be executed"
            => "wait until it is rejected, executed, expired or stale",
        /// The hash given is of something else than the proposal's.
        PayloadMismatch = "the proposal is not what the hash names"
            => "look at what the proposal does, and name its hash",
        /// The proposal does something else than the instruction.
        ActionMismatch = "the proposal does something else, or to another account"
            => "use the instruction for its action, with the accounts that it names",
        /// The proposal belongs to another vault.
        ProposalOfAnotherVault = "the proposal belongs to another vault"
            => "pass a proposal of the vault",
        /// The account did not pay the rent.
        RentPayerMismatch = "the account is not the one that paid the rent"
            => "pass the one that is named in the account to close",
        /// The grant belongs to another vault.
        GrantOfAnotherVault = "the grant belongs to another vault"
            => "pass a grant of the vault",
        /// The grant is another's.
        PayeeMismatch = "the payee is not the grant's"
            => "pass the payee that the grant names",
        /// Nothing is left to stop.
        GrantOver = "the grant was stopped before, or all of it has been released"
            => "there is nothing to stop",
        /// Nothing is left to pay for now.
        NothingReleased = "the grant has released nothing more"
            => "wait for its next second or milestone",
        /// The grant may still pay something.
        GrantRunning = "the grant may still pay something"
            => "wait until everything is released and claimed",
        /// The treasury holds less than is to be spent.
        TreasuryTooSmall = "the treasury holds less than is to be spent"
            => "wait for revenue, or deposit into the treasury",
        /// Proposals exist.
        ProposalsOpen = "the vault has proposals"
            => "close them once they are settled",
        /// Votes or proposals do not add up.
        DecisionInconsistent = "votes or proposals do not add up"
            => "report it: no instruction should lead here",
        /// The next vault at its address would have the same counter of rules.
        VaultTooYoung = "the vault was opened, or its rules changed, in this very second"
            => "close it a second later",
        /// The treasury has this share already; setting it again would only end all other proposals.
        TreasuryShareUnchanged = "the treasury's share is the one proposed already"
            => "propose another share",
    }
}

impl From<GovernanceError> for VaultError {
    fn from(error: GovernanceError) -> Self {
        match error {
            GovernanceError::Formula(error) => error.into(),
            GovernanceError::ProposerStakeTooSmall => Self::ProposerStakeTooSmall,
            GovernanceError::ActionOutOfBounds => Self::ActionOutOfBounds,
            GovernanceError::RulesChanged => Self::RulesChanged,
            GovernanceError::VoteEnded => Self::VoteEnded,
            GovernanceError::WeightZero => Self::WeightZero,
            GovernanceError::VotedAlready => Self::VotedAlready,
            GovernanceError::ProposalTooOld => Self::ProposalTooOld,
            GovernanceError::VoteRunning => Self::VoteRunning,
            GovernanceError::Rejected => Self::ProposalRejected,
            GovernanceError::TimelockRunning => Self::ProposalTimelockRunning,
            GovernanceError::Expired => Self::ProposalExpired,
            GovernanceError::ExecutedAlready => Self::ProposalExecutedAlready,
            GovernanceError::NotSettled => Self::ProposalNotSettled,
            GovernanceError::GrantOver => Self::GrantOver,
            GovernanceError::NothingReleased => Self::NothingReleased,
            GovernanceError::StateInconsistent => Self::DecisionInconsistent,
        }
    }
}

impl From<CoreError> for VaultError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::Overflow => Self::Overflow,
            CoreError::ClockWentBack => Self::ClockWentBack,
            CoreError::InsufficientRevenue | CoreError::RevenueNotConserved => Self::RevenueNotConserved,
            // What no formula of a stream or a window says.
            CoreError::OutputZero
            | CoreError::DivisionByZero
            | CoreError::NotSolvent
            | CoreError::CurveEmpty
            | CoreError::InsufficientReserve
            | CoreError::InsufficientSupply
            | CoreError::SplitInvalid
            | CoreError::FeeOutOfBounds
            | CoreError::SyncParamsInvalid
            | CoreError::StepExceedsLostFee
            | CoreError::AbsorptionExceedsLostFee
            | CoreError::EpochNotOver
            | CoreError::CurveOutOfBounds
            | CoreError::DeadlinePassed
            | CoreError::ParametersMoved
            | CoreError::OutputBelowLimit
            | CoreError::InputAboveLimit
            | CoreError::MarketPaused
            | CoreError::PauseTooLong
            | CoreError::PauseBudgetSpent
            | CoreError::LaunchTransactionMissing
            | CoreError::LaunchCapExceeded
            | CoreError::LaunchTermsInvalid
            | CoreError::LicenceRequired
            | CoreError::LicenceUseNotGranted
            | CoreError::LicenceExpired
            | CoreError::LicenceRevoked
            | CoreError::LicenceRateExceeded
            | CoreError::LicenceTermsInvalid
            | CoreError::SharesInvalid => Self::ArithmeticRefused,
        }
    }
}
