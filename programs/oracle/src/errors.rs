//! What can be wrong, as facts about the world. Codes are positional: variants are only ever appended.

use anchor_lang::prelude::*;
use modchains_core::CoreError;

/// Every refusal of the oracle.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum OracleError {
    /// The signer does not hold the program's upgrade authority.
    #[msg("the signer is not the program's upgrade authority")]
    NotUpgradeAuthority,
    /// The signer is not the configuration's admin.
    #[msg("the signer is not the admin")]
    NotAdmin,
    /// The signer did not register the model.
    #[msg("the signer is not the model's creator")]
    NotModelCreator,
    /// The signer does not own the operator account.
    #[msg("the signer is not the operator's authority")]
    NotOperatorAuthority,
    /// The signer did not make the request.
    #[msg("the signer is not the request's requester")]
    NotRequester,
    /// A parameter lies outside the range the program accepts.
    #[msg("a parameter is out of its bounds")]
    ParameterOutOfBounds,
    /// A fee split does not add up to 10,000 basis points or breaks a minimum.
    #[msg("the fee split does not add up or is out of bounds")]
    FeeSplitInvalid,
    /// No configuration change waits.
    #[msg("no configuration change is queued")]
    NoChangeQueued,
    /// The queued change must wait longer.
    #[msg("the timelock of the queued change is still running")]
    TimelockRunning,
    /// All places for bond mints are taken.
    #[msg("the list of bond mints is full")]
    BondMintListFull,
    /// Bonds cannot be posted in this mint.
    #[msg("the mint is not on the list of bond mints")]
    BondMintNotAllowed,
    /// The mint gives somebody power over its holders.
    #[msg("the mint carries an extension that gives somebody power over holders")]
    BondMintExtensionRefused,
    /// The amount is zero.
    #[msg("the amount is zero")]
    AmountZero,
    /// A sum does not fit its integer.
    #[msg("the amount is too large")]
    AmountTooLarge,
    /// The first bond is smaller than the mint's minimum.
    #[msg("the bond is below the minimum of its mint")]
    BondBelowMinimum,
    /// The operator's unlocked bond does not cover what the step needs; deposit more.
    #[msg("the operator's free bond is too small")]
    FreeBondTooSmall,
    /// No withdrawal was started.
    #[msg("no bond withdrawal is under way")]
    NoWithdrawalStarted,
    /// The withdrawn bond must wait longer.
    #[msg("the cooldown of the withdrawal is still running")]
    CooldownRunning,
    /// The operator has been paid everything it earned.
    #[msg("nothing is earned")]
    NothingEarned,
    /// The version belongs to another model.
    #[msg("the version belongs to another model")]
    VersionOfOtherModel,
    /// The market belongs to another model.
    #[msg("the market belongs to another model")]
    MarketOfOtherModel,
    /// The market trades against another mint.
    #[msg("the market's quote mint is not the service's")]
    MarketQuoteMintMismatch,
    /// The model's vault has no pool for the quote mint yet.
    #[msg("the model's vault has no pool for the quote mint")]
    VaultPoolMissing,
    /// An account is not the one the service names.
    #[msg("the account is not the service's")]
    ServiceMismatch,
    /// An account is not the one the operator names.
    #[msg("the account is not the operator's")]
    OperatorMismatch,
    /// The operator bonds another mint than the service charges.
    #[msg("the operator's mint is not the service's quote mint")]
    OperatorMintMismatch,
    /// The service takes no new requests.
    #[msg("the service is closed to new requests")]
    ServiceClosed,
    /// The service charges more than the requester accepts.
    #[msg("the service's fee is above the requester's limit")]
    FeeAboveLimit,
    /// The wait asked for lies outside the service's bounds.
    #[msg("the maximum wait is outside the service's bounds")]
    WaitOutOfBounds,
    /// The request has no input.
    #[msg("the input is empty")]
    InputEmpty,
    /// The input is longer than the service or the program takes.
    #[msg("the input is too long")]
    InputTooLong,
    /// The result has no output.
    #[msg("the output is empty")]
    OutputEmpty,
    /// The output is longer than the request has room for.
    #[msg("the output is too long")]
    OutputTooLong,
    /// The result is of another numeric class than the request.
    #[msg("the numeric class is not the request's")]
    NumericClassMismatch,
    /// The status byte names no status.
    #[msg("the request's status is unknown")]
    RequestStatusUnknown,
    /// The step needs an open request.
    #[msg("the request is not open")]
    RequestNotOpen,
    /// The step needs a claimed request.
    #[msg("the request is not claimed")]
    RequestNotClaimed,
    /// The step needs a posted result that nobody disputes.
    #[msg("the request has no posted result")]
    RequestNotPosted,
    /// The step needs a request that is finalized, overturned or refunded.
    #[msg("the request is not settled")]
    RequestNotSettled,
    /// The request's deadline has passed; it can only be refunded.
    #[msg("the request's deadline has passed")]
    RequestDeadlinePassed,
    /// The request's deadline has not come.
    #[msg("the request's deadline has not passed")]
    RequestDeadlineAhead,
    /// The claim's deadline has passed; the claim bond is due to the requester.
    #[msg("the claim's deadline has passed")]
    ClaimDeadlinePassed,
    /// The claim's deadline has not come.
    #[msg("the claim's deadline has not passed")]
    ClaimDeadlineAhead,
    /// The result can still be challenged.
    #[msg("the challenge window is still open")]
    ChallengeWindowOpen,
    /// Another operator holds the claim.
    #[msg("another operator holds the claim")]
    ClaimOfOtherOperator,
    /// The epoch being counted is not over.
    #[msg("the usage epoch is not over")]
    UsageEpochNotOver,
    /// No share of any fee waits for the vault or the reserve.
    #[msg("nothing to distribute")]
    NothingToDistribute,
    /// No share of any fee waits for this beneficiary.
    #[msg("nothing to claim")]
    NothingToClaim,
    /// Time went back.
    #[msg("the clock went back")]
    ClockWentBack,
    /// A state would break its own rules; the step is refused.
    #[msg("the account's state does not add up")]
    StateInconsistent,
    /// Another request was created at the address since.
    #[msg("the request was replaced by another at its address; look at it again")]
    RequestReplaced,
}

/// Refuses with `error` unless `condition` holds. Anchor's `require!` builds the error with its file, line and values
/// wherever it stands, hundreds of bytes of program each time; the error's name says enough.
pub fn ensure(condition: bool, error: OracleError) -> Result<()> {
    if condition { Ok(()) } else { Err(error.into()) }
}

impl From<CoreError> for OracleError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::Overflow => Self::AmountTooLarge,
            CoreError::SplitInvalid => Self::FeeSplitInvalid,
            CoreError::ClockWentBack => Self::ClockWentBack,
            CoreError::EpochNotOver => Self::UsageEpochNotOver,
            // The rest concerns curves and streams, which the oracle never computes.
            _ => Self::StateInconsistent,
        }
    }
}
