use core::fmt;

use crate::CoreError;

/// Why a step of a request was refused. Nothing has changed when one of these is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestError {
    /// A formula refused.
    Formula(CoreError),
    /// The status code names no status.
    StatusUnknown,
    /// The service takes no new requests.
    ServiceClosed,
    /// The service charges more than the requester accepts.
    FeeAboveLimit,
    /// The licence costs more than the requester accepts.
    LicencePriceAboveLimit,
    /// The model asks more for minting the result as a token than the requester accepts.
    ContentFeeAboveLimit,
    /// The wait asked for lies outside the service's bounds.
    WaitOutOfBounds,
    /// The input has no byte.
    InputEmpty,
    /// The input is longer than the service takes.
    InputTooLong,
    /// The step needs an open request.
    NotOpen,
    /// The step needs a claimed request.
    NotClaimed,
    /// The step needs a posted result that nobody disputes.
    NotPosted,
    /// The step needs a request that is finalized, overturned or refunded.
    NotSettled,
    /// Another request was created at the address since.
    Replaced,
    /// The deadline has passed; the request can only be refunded.
    DeadlinePassed,
    /// The deadline has not come.
    DeadlineAhead,
    /// The claim has lapsed.
    ClaimDeadlinePassed,
    /// The claim has not lapsed.
    ClaimDeadlineAhead,
    /// Another operator holds the claim.
    ClaimOfOtherOperator,
    /// The result is of another numeric class than the request.
    NumericClassMismatch,
    /// The output has no byte.
    OutputEmpty,
    /// The output is longer than the request has room for.
    OutputTooLong,
    /// The result can still be challenged.
    ChallengeWindowOpen,
    /// The claim landed later than its operator wanted.
    ClaimLandedLate,
    /// The service has changed what it offers since the requester looked at it.
    TermsChanged,
    /// The state would break its own rules.
    StateInconsistent,
}

impl From<CoreError> for RequestError {
    fn from(error: CoreError) -> Self {
        Self::Formula(error)
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Formula(error) => return error.fmt(formatter),
            Self::StatusUnknown => "the request's status is unknown",
            Self::ServiceClosed => "the service is closed to new requests",
            Self::FeeAboveLimit => "the service's fee is above the requester's limit",
            Self::LicencePriceAboveLimit => "the licence's price is above the requester's limit",
            Self::ContentFeeAboveLimit => "the model's fee for content is above the requester's limit",
            Self::WaitOutOfBounds => "the maximum wait is outside the service's bounds",
            Self::InputEmpty => "the input is empty",
            Self::InputTooLong => "the input is too long",
            Self::NotOpen => "the request is not open",
            Self::NotClaimed => "the request is not claimed",
            Self::NotPosted => "the request has no posted result",
            Self::NotSettled => "the request is not settled",
            Self::Replaced => "the request was replaced by another at its address",
            Self::DeadlinePassed => "the request's deadline has passed",
            Self::DeadlineAhead => "the request's deadline has not passed",
            Self::ClaimDeadlinePassed => "the claim's deadline has passed",
            Self::ClaimDeadlineAhead => "the claim's deadline has not passed",
            Self::ClaimOfOtherOperator => "another operator holds the claim",
            Self::NumericClassMismatch => "the numeric class is not the request's",
            Self::OutputEmpty => "the output is empty",
            Self::OutputTooLong => "the output is too long",
            Self::ChallengeWindowOpen => "the challenge window is still open",
            Self::ClaimLandedLate => "the claim landed later than its operator wanted",
            Self::TermsChanged => "the service's terms have changed since the requester looked at them",
            Self::StateInconsistent => "the request's state does not add up",
        })
    }
}

impl core::error::Error for RequestError {}
