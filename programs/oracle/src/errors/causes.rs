//! What a refusal of the core's rules is called here.

use modchains_core::{CoreError, request::RequestError};

use super::OracleError;

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
            RequestError::GraphMissing => Self::GraphMissing,
            RequestError::GraphClosing => Self::GraphClosing,
            RequestError::AttestationsTooFew => Self::AttestationsTooFew,
            RequestError::InputLengthNotTaken => Self::InputLengthNotTaken,
            RequestError::OutputLengthWrong => Self::OutputLengthWrong,
            RequestError::ValueAtRiskUnproven => Self::ValueAtRiskUnproven,
            RequestError::NotProvable => Self::ResultNotProvable,
            RequestError::ResultOfOwn => Self::ResultOfOwn,
            RequestError::ChallengeWindowOver => Self::ChallengeWindowOver,
            RequestError::ChallengesOpen => Self::ChallengesOpen,
            RequestError::ChallengeUnknown => Self::ChallengeUnknown,
            RequestError::NotOverturned => Self::ResultNotOverturned,
            RequestError::TraceKnown => Self::TraceKnown,
            RequestError::RewardWaits => Self::RewardWaits,
            RequestError::RewardOfOther => Self::RewardOfOther,
            RequestError::RewardPaid => Self::RewardPaid,
            RequestError::RewardUnpaid => Self::RewardUnpaid,
            RequestError::StateInconsistent => Self::StateInconsistent,
        }
    }
}
