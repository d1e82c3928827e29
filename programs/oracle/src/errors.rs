//! What can be wrong, as facts about the world. Codes are positional: variants are only ever appended.

use anchor_lang::prelude::*;
use modchains_core::CoreError;
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::refusals;

refusals! {
    /// Every refusal of the oracle.
    pub enum OracleError {
        /// The signer does not hold the program's upgrade authority.
        NotUpgradeAuthority = "the signer is not the program's upgrade authority",
        /// The signer is not the configuration's admin.
        NotAdmin = "the signer is not the admin",
        /// The signer did not register the model.
        NotModelCreator = "the signer is not the model's creator",
        /// The signer does not own the operator account.
        NotOperatorAuthority = "the signer is not the operator's authority",
        /// The signer did not make the request.
        NotRequester = "the signer is not the request's requester",
        /// A parameter lies outside the range the program accepts.
        ParameterOutOfBounds = "a parameter is out of its bounds",
        /// A fee split does not add up to 10,000 basis points or breaks a minimum.
        FeeSplitInvalid = "the fee split does not add up or is out of bounds",
        /// No configuration change waits.
        NoChangeQueued = "no configuration change is queued",
        /// The queued change must wait longer.
        TimelockRunning = "the timelock of the queued change is still running",
        /// All places for bond mints are taken.
        BondMintListFull = "the list of bond mints is full",
        /// Bonds cannot be posted in this mint.
        BondMintNotAllowed = "the mint is not on the list of bond mints",
        /// The mint gives somebody power over its holders.
        BondMintExtensionRefused = "the mint carries an extension that gives somebody power over holders",
        /// The amount is zero.
        AmountZero = "the amount is zero",
        /// A sum does not fit its integer.
        AmountTooLarge = "the amount is too large",
        /// The first bond is smaller than the mint's minimum.
        BondBelowMinimum = "the bond is below the minimum of its mint",
        /// The operator's unlocked bond does not cover what the step needs; deposit more.
        FreeBondTooSmall = "the operator's free bond is too small",
        /// No withdrawal was started.
        NoWithdrawalStarted = "no bond withdrawal is under way",
        /// The withdrawn bond must wait longer.
        CooldownRunning = "the cooldown of the withdrawal is still running",
        /// The operator has been paid everything it earned.
        NothingEarned = "nothing is earned",
        /// The version belongs to another model.
        VersionOfOtherModel = "the version belongs to another model",
        /// The market belongs to another model.
        MarketOfOtherModel = "the market belongs to another model",
        /// The market trades against another mint.
        MarketQuoteMintMismatch = "the market's quote mint is not the service's",
        /// The model's vault has no pool for the quote mint yet.
        VaultPoolMissing = "the model's vault has no pool for the quote mint",
        /// An account is not the one the service names.
        ServiceMismatch = "the account is not the service's",
        /// An account is not the one the operator names.
        OperatorMismatch = "the account is not the operator's",
        /// The operator bonds another mint than the service charges.
        OperatorMintMismatch = "the operator's mint is not the service's quote mint",
        /// The service takes no new requests.
        ServiceClosed = "the service is closed to new requests",
        /// The service charges more than the requester accepts.
        FeeAboveLimit = "the service's fee is above the requester's limit",
        /// The wait asked for lies outside the service's bounds.
        WaitOutOfBounds = "the maximum wait is outside the service's bounds",
        /// The request has no input.
        InputEmpty = "the input is empty",
        /// The input is longer than the service or the program takes.
        InputTooLong = "the input is too long",
        /// The result has no output.
        OutputEmpty = "the output is empty",
        /// The output is longer than the request has room for.
        OutputTooLong = "the output is too long",
        /// The result is of another numeric class than the request.
        NumericClassMismatch = "the numeric class is not the request's",
        /// The status byte names no status.
        RequestStatusUnknown = "the request's status is unknown",
        /// The step needs an open request.
        RequestNotOpen = "the request is not open",
        /// The step needs a claimed request.
        RequestNotClaimed = "the request is not claimed",
        /// The step needs a posted result that nobody disputes.
        RequestNotPosted = "the request has no posted result",
        /// The step needs a request that is finalized, overturned or refunded.
        RequestNotSettled = "the request is not settled",
        /// The request's deadline has passed; it can only be refunded.
        RequestDeadlinePassed = "the request's deadline has passed",
        /// The request's deadline has not come.
        RequestDeadlineAhead = "the request's deadline has not passed",
        /// The claim's deadline has passed; the claim bond is due to the requester.
        ClaimDeadlinePassed = "the claim's deadline has passed",
        /// The claim's deadline has not come.
        ClaimDeadlineAhead = "the claim's deadline has not passed",
        /// The result can still be challenged.
        ChallengeWindowOpen = "the challenge window is still open",
        /// Another operator holds the claim.
        ClaimOfOtherOperator = "another operator holds the claim",
        /// The epoch being counted is not over.
        UsageEpochNotOver = "the usage epoch is not over",
        /// No share of any fee waits for stakers, creator or reserve.
        NothingToDistribute = "nothing to distribute",
        /// No share of any fee waits for the protocol.
        NothingToClaim = "nothing to claim",
        /// Time went back.
        ClockWentBack = "the clock went back",
        /// A state would break its own rules; the step is refused.
        StateInconsistent = "the account's state does not add up",
        /// Another request was created at the address since.
        RequestReplaced = "the request was replaced by another at its address; look at it again",
        /// The model answers only those whom its creator granted a licence.
        LicenceRequired = "the model requires a licence that its creator grants",
        /// The declared uses are empty, unknown, or more than the requester's licence allows.
        LicenceUseNotGranted = "the requester's licence does not allow the declared use",
        /// The licence is over.
        LicenceExpired = "the licence has expired",
        /// The creator took the licence back.
        LicenceRevoked = "the licence was revoked",
        /// The window of the licence's rate holds as many requests as it may.
        LicenceRateExceeded = "the licence allows no further request in its present window",
        /// The model's licence terms are of an unknown kind.
        LicenceTermsInvalid = "the licence terms are invalid",
        /// The licence costs more than the requester accepts.
        LicencePriceAboveLimit = "the licence's price is above the requester's limit",
        /// The licence is for another model.
        LicenceOfOtherModel = "the licence is for another model",
        /// The licence was granted to somebody else.
        LicenceOfOtherRequester = "the licence was granted to somebody else",
        /// The licence limits the rate of requests, so the requester's counter must be passed.
        LicenceUseMissing = "the licence limits the rate, and the counter of requests is missing",
        /// The counter is of another model or another requester.
        LicenceUseMismatch = "the counter of requests is not the requester's for this model",
    }
}

impl From<CoreError> for OracleError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::Overflow => Self::AmountTooLarge,
            CoreError::SplitInvalid => Self::FeeSplitInvalid,
            CoreError::ClockWentBack => Self::ClockWentBack,
            CoreError::EpochNotOver => Self::UsageEpochNotOver,
            CoreError::LicenceRequired => Self::LicenceRequired,
            CoreError::LicenceUseNotGranted => Self::LicenceUseNotGranted,
            CoreError::LicenceExpired => Self::LicenceExpired,
            CoreError::LicenceRevoked => Self::LicenceRevoked,
            CoreError::LicenceRateExceeded => Self::LicenceRateExceeded,
            CoreError::LicenceTermsInvalid => Self::LicenceTermsInvalid,
            // The rest concerns curves and streams, which the oracle never computes.
            _ => Self::StateInconsistent,
        }
    }
}
