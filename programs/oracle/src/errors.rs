//! What can be wrong, as facts about the world, and what to do about it. Codes are positional: variants are only ever
//! appended.

use anchor_lang::prelude::*;
use modchains_core::{CoreError, request::RequestError};
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::{handover::HandoverRefusal, refusals, timelock::TimelockRefusal};

refusals! {
    /// Every refusal of the oracle.
    pub enum OracleError {
        /// The signer does not hold the program's upgrade authority.
        NotUpgradeAuthority = "the signer is not the program's upgrade authority"
            => "sign with the key that deployed the program",
        /// The signer is not the configuration's admin.
        NotAdmin = "the signer is not the admin of the configuration"
            => "sign with the admin's key",
        /// The signer did not register the model.
        NotModelCreator = "the signer is not the model's creator"
            => "sign with the creator's key",
        /// The signer does not own the operator account.
        NotOperatorAuthority = "the signer is not the operator's authority"
            => "sign with the key that the operator was registered with",
        /// The signer did not make the request.
        NotRequester = "the signer is not the requester"
            => "sign with the requester's key",
        /// A parameter lies outside the range the program accepts.
        ParameterOutOfBounds = "a parameter is out of its bounds"
            => "see the bounds of each with the parameters' definitions",
        /// A fee split does not add up to 10,000 basis points or breaks a minimum.
        FeeSplitInvalid = "the fee split does not add up or is out of bounds"
            => "let the parts add up to 100 % and leave everybody the minimum that the configuration names",
        /// No configuration change waits.
        NoChangeQueued = "no change is queued"
            => "queue one first",
        /// The queued change must wait longer.
        TimelockRunning = "the timelock of the queued change is still running"
            => "wait for the end of the timelock",
        /// All places for bond mints are taken.
        BondMintListFull = "the list of bond mints is full"
            => "use one of the mints that are listed",
        /// Bonds cannot be posted in this mint.
        BondMintNotAllowed = "the mint is not on the list of bond mints"
            => "choose a mint that is listed, or ask the admin to list it",
        /// The mint gives somebody power over its holders.
        BondMintExtensionRefused = "the mint carries an extension that gives somebody power over holders"
            => "choose a mint without extensions",
        /// The amount is zero.
        AmountZero = "the amount is zero"
            => "name an amount above zero",
        /// A sum does not fit its integer.
        AmountTooLarge = "the amount is too large"
            => "name a smaller amount",
        /// The first bond is smaller than the mint's minimum.
        BondBelowMinimum = "the bond is below the minimum of its mint"
            => "bond more",
        /// The operator's unlocked bond does not cover what the step needs.
        FreeBondTooSmall = "the operator's free bond is too small"
            => "deposit more, wait until open work is final, or take less",
        /// No withdrawal was started.
        NoWithdrawalStarted = "no bond withdrawal is under way"
            => "start one with an amount first",
        /// The withdrawn bond must wait longer.
        CooldownRunning = "the cooldown is still running"
            => "wait for the end of the cooldown",
        /// The operator has been paid everything it earned.
        NothingEarned = "nothing is earned"
            => "there is nothing to pay until a result becomes final",
        /// The version belongs to another model.
        VersionOfOtherModel = "the version belongs to another model"
            => "pass a version of the service's model",
        /// The market belongs to another model.
        MarketOfOtherModel = "the market belongs to another model"
            => "pass the market of the model",
        /// The market trades against another mint.
        MarketQuoteMintMismatch = "the market's quote mint is not the service's"
            => "pass the mint that the market trades against",
        /// The model's vault has no pool for the quote mint yet.
        VaultPoolMissing = "the model's vault has no pool for the quote mint"
            => "open the model's vault with a pool in the market's quote token first, as anybody can",
        /// An account is not the one the service names.
        ServiceMismatch = "the account is not the service's"
            => "pass the accounts that the service names",
        /// The operator has a bond, something on its way out or earnings, so it cannot close.
        OperatorNotEmpty = "the operator still has a bond or earnings"
            => "withdraw the bond and claim the earnings first",
        /// The operator's seat is at another service.
        OperatorOfOtherService = "the operator's seat is at another service"
            => "register an operator at this service, or pass the one of its service",
        /// The service takes no new requests.
        ServiceClosed = "the service is closed to new requests"
            => "wait for the model's creator to open it again",
        /// The service charges more than the requester accepts.
        FeeAboveLimit = "the service's fee is above the requester's limit"
            => "raise the most that the fee may be",
        /// The wait asked for lies outside the service's bounds.
        WaitOutOfBounds = "the maximum wait is outside the service's bounds"
            => "choose a wait within the bounds that the service shows",
        /// The request has no input.
        InputEmpty = "the input is empty"
            => "give an input",
        /// The input is longer than the service or the program takes.
        InputTooLong = "the input is too long"
            => "shorten the input",
        /// The result has no output.
        OutputEmpty = "the output is empty"
            => "post what the model gave",
        /// The output is longer than the request has room for.
        OutputTooLong = "the output is too long"
            => "offer the model with a longer output",
        /// The result is of another numeric class than the request.
        NumericClassMismatch = "the numeric class is not the request's"
            => "answer with the version that the request names",
        /// The status byte names no status.
        RequestStatusUnknown = "the request's status is unknown"
            => "use a client of the program's release",
        /// The step needs an open request.
        RequestNotOpen = "the request is not open"
            => "look where it stands",
        /// The step needs a claimed request.
        RequestNotClaimed = "the request is not claimed"
            => "look where it stands",
        /// The step needs a posted result that nobody disputes.
        RequestNotPosted = "the request has no posted result"
            => "look where it stands",
        /// The step needs a request that is finalized, overturned or refunded.
        RequestNotSettled = "the request is not settled"
            => "look where it stands",
        /// The request's deadline has passed; it can only be refunded.
        RequestDeadlinePassed = "the request's deadline has passed"
            => "refund it",
        /// The request's deadline has not come.
        RequestDeadlineAhead = "the request's deadline has not passed"
            => "wait for the request's deadline",
        /// The claim's deadline has passed; the claim bond is due to the requester.
        ClaimDeadlinePassed = "the claim's deadline has passed"
            => "let the claim expire",
        /// The claim's deadline has not come.
        ClaimDeadlineAhead = "the claim's deadline has not passed"
            => "wait for the claim's deadline",
        /// The result can still be challenged.
        ChallengeWindowOpen = "the challenge window is still open"
            => "wait for the end of the challenge window",
        /// Another operator holds the claim.
        ClaimOfOtherOperator = "another operator holds the claim"
            => "leave it to that operator until the claim's deadline",
        /// The epoch being counted is not over.
        UsageEpochNotOver = "the usage epoch is not over"
            => "wait for the end of the epoch",
        /// No share of any fee waits for stakers, creator or reserve.
        NothingToDistribute = "nothing to distribute"
            => "there is nothing to move until fees come in",
        /// No share of any fee waits for the protocol.
        NothingToClaim = "nothing to claim"
            => "there is nothing to move until fees come in",
        /// Time went back.
        ClockWentBack = "the clock shows a time before the one recorded"
            => "try again once the cluster's clock has caught up",
        /// A state would break its own rules; the step is refused.
        StateInconsistent = "the account's state does not add up"
            => "report it: no instruction should lead here",
        /// Another request was created at the address since.
        RequestReplaced = "the request was replaced by another at its address"
            => "look at it again",
        /// The model answers only those whom its creator granted a licence.
        LicenceRequired = "the model requires a licence that its creator grants"
            => "ask the model's creator for one",
        /// The declared uses are empty, unknown, or more than the requester's licence allows.
        LicenceUseNotGranted = "the requester's licence does not allow the declared use"
            => "declare other uses, or ask the model's creator for more",
        /// The licence is over.
        LicenceExpired = "the licence has expired"
            => "ask the model's creator for a new one",
        /// The creator took the licence back.
        LicenceRevoked = "the licence was revoked"
            => "ask the model's creator for a new one",
        /// The window of the licence's rate holds as many requests as it may.
        LicenceRateExceeded = "the licence allows no further request in its present window"
            => "wait for the next window",
        /// The model's licence terms are of an unknown kind.
        LicenceTermsInvalid = "the licence allows no known use, its kind is unknown, its rate and window do not fit, or its expiry has passed"
            => "use a client of the program's release",
        /// The licence costs more than the requester accepts.
        LicencePriceAboveLimit = "the licence's price is above the requester's limit"
            => "raise the most that the fee may be",
        /// The licence is for another model.
        LicenceOfOtherModel = "the licence is for another model"
            => "pass the licence for the service's model",
        /// The licence was granted to somebody else.
        LicenceOfOtherRequester = "the licence was granted to somebody else"
            => "pass the requester's own licence, or none",
        /// The licence limits the rate of requests, so the requester's counter must be passed.
        LicenceUseMissing = "the licence limits the rate, and the counter of requests is missing"
            => "pass the requester's counter for the model",
        /// The counter is of another model or another requester.
        LicenceUseMismatch = "the counter of requests is not the requester's for this model"
            => "pass the requester's counter for the model",
        /// The counter holds requests that a licence's rate may still count.
        LicenceUseStillCounts = "requests in the counter may still count against a rate"
            => "wait until 30 days after the window of the last counted request began",
        /// The claim landed later than its operator wanted.
        ClaimLandedLate = "the claim landed later than its operator wanted"
            => "look at the request again, which is open to others",
        /// The service has changed what it offers since the requester looked at it.
        ServiceTermsChanged = "the service's terms have changed since the requester looked at them"
            => "look at the service again and name its new count of changes",
        /// The signer is not the treasury of the configuration.
        NotTreasury = "the signer is not the treasury of the configuration"
            => "sign with the treasury's key, or have its associated token account paid",
        /// The stakers have decided on the price.
        FeeKept = "the stakers of the model have decided on the price, which holds for 30 days"
            => "keep the price until then",
        /// The role is somebody else's.
        NotRoleHolder = "the signer does not hold the role"
            => "sign with the key of who holds it",
        /// Nothing to accept or to take back.
        RoleNotOffered = "the role is offered to nobody"
            => "let its holder offer it, to an address that can sign",
        /// Only whom it was offered to.
        RoleOfferedToOther = "the role is not offered to the signer"
            => "sign with the key that it was offered to",
        /// Those who came since it was queued have not seen it coming.
        SplitLapsed = "the queued split was not applied within 14 days of its time"
            => "queue it again",
        /// Minting the result as a token costs more than the requester accepts.
        ContentFeeAboveLimit = "the model's fee for content is above the requester's limit"
            => "raise the most that content may cost, or ask without the use content",
        /// The bond of an operator registered now cools longer than it accepts.
        CooldownAboveLimit = "the cooldown of bonds is above the operator's limit"
            => "look at the configuration again and raise the longest cooldown",
        /// The service still takes requests, or has not been closed to them for as long as a split waits.
        ServiceOpenLately = "the service has not been closed to new requests for 31 days"
            => "close it to new requests, and wait",
        /// Somebody has money in the service or an account that names it.
        ServiceInUse = "the service still has operators, requests, or fees that wait"
            => "wait until requests and operators are closed, and have the fees distributed and claimed",
        /// The use of the model still counts.
        UsageCounts = "the model's use still counts in its price"
            => "wait until what was used is forgotten: half of it in every 30 days",
        /// One that opens at once could have the same count of changes.
        ServiceTooYoung = "the service has changed more often than seconds have passed since its opening"
            => "wait until as many seconds have passed",
        /// The account is not who paid for the service.
        NotServicePayer = "the account is not who paid for the service"
            => "pass the account that opened the service",
    }
}

impl TimelockRefusal for OracleError {
    const NONE_QUEUED: Self = Self::NoChangeQueued;
    const RUNNING: Self = Self::TimelockRunning;
    const OUT_OF_BOUNDS: Self = Self::ParameterOutOfBounds;
}

impl HandoverRefusal for OracleError {
    const NOT_HOLDER: Self = Self::NotRoleHolder;
    const NONE_OFFERED: Self = Self::RoleNotOffered;
    const OFFERED_TO_OTHER: Self = Self::RoleOfferedToOther;
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
            // What concerns curves, streams and shares, which the oracle never computes, and what no formula says of
            // accounts that it wrote itself.
            CoreError::OutputZero
            | CoreError::DivisionByZero
            | CoreError::NotSolvent
            | CoreError::CurveEmpty
            | CoreError::InsufficientReserve
            | CoreError::InsufficientSupply
            | CoreError::FeeOutOfBounds
            | CoreError::SyncParamsInvalid
            | CoreError::StepExceedsLostFee
            | CoreError::AbsorptionExceedsLostFee
            | CoreError::InsufficientRevenue
            | CoreError::RevenueNotConserved
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
            | CoreError::SharesInvalid => Self::StateInconsistent,
        }
    }
}

impl From<RequestError> for OracleError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Formula(error) => error.into(),
            RequestError::StatusUnknown => Self::RequestStatusUnknown,
            RequestError::ServiceClosed => Self::ServiceClosed,
            RequestError::FeeAboveLimit => Self::FeeAboveLimit,
            RequestError::LicencePriceAboveLimit => Self::LicencePriceAboveLimit,
            RequestError::ContentFeeAboveLimit => Self::ContentFeeAboveLimit,
            RequestError::WaitOutOfBounds => Self::WaitOutOfBounds,
            RequestError::InputEmpty => Self::InputEmpty,
            RequestError::InputTooLong => Self::InputTooLong,
            RequestError::NotOpen => Self::RequestNotOpen,
            RequestError::NotClaimed => Self::RequestNotClaimed,
            RequestError::NotPosted => Self::RequestNotPosted,
            RequestError::NotSettled => Self::RequestNotSettled,
            RequestError::Replaced => Self::RequestReplaced,
            RequestError::DeadlinePassed => Self::RequestDeadlinePassed,
            RequestError::DeadlineAhead => Self::RequestDeadlineAhead,
            RequestError::ClaimDeadlinePassed => Self::ClaimDeadlinePassed,
            RequestError::ClaimDeadlineAhead => Self::ClaimDeadlineAhead,
            RequestError::ClaimOfOtherOperator => Self::ClaimOfOtherOperator,
            RequestError::NumericClassMismatch => Self::NumericClassMismatch,
            RequestError::OutputEmpty => Self::OutputEmpty,
            RequestError::OutputTooLong => Self::OutputTooLong,
            RequestError::ChallengeWindowOpen => Self::ChallengeWindowOpen,
            RequestError::ClaimLandedLate => Self::ClaimLandedLate,
            RequestError::TermsChanged => Self::ServiceTermsChanged,
            RequestError::StateInconsistent => Self::StateInconsistent,
        }
    }
}
