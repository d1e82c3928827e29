//! One error type for the whole crate. Each variant states a fact about the world.

use core::fmt;

/// Shorthand for a result that fails with [`CoreError`].
pub type Result<T> = core::result::Result<T, CoreError>;

/// Why a pure step was refused. Nothing has changed when one of these is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreError {
    /// The amount given is zero.
    AmountZero,
    /// The trade is so small that its other side rounds to zero.
    OutputZero,
    /// A result does not fit its integer type.
    Overflow,
    /// A denominator is zero.
    DivisionByZero,
    /// The curve breaks solvency: `R * (Y - C) < V * C`.
    NotSolvent,
    /// The curve holds no depth (`Y <= C`) or no quote at all (`R + V == 0`).
    CurveEmpty,
    /// The reserve holds less than the trade would pay.
    InsufficientReserve,
    /// More tokens are asked for, or sold, than exist on that side of the curve.
    InsufficientSupply,
    /// The parts of a split do not add up to 10,000 basis points, or one is out of its bounds.
    SplitInvalid,
    /// The opening depth or virtual quote is outside its bounds.
    CurveOutOfBounds,
    /// The trade's deadline has passed.
    DeadlinePassed,
    /// The curve's parameters have moved since the trade was quoted.
    ParametersMoved,
    /// The trade gives less than the trader accepts.
    OutputBelowLimit,
    /// The trade takes more than the trader accepts.
    InputAboveLimit,
    /// The market is paused; sales go on.
    MarketPaused,
    /// A pause ends too far ahead, or before time began.
    PauseTooLong,
    /// Pauses have used what they may of any 90 days.
    PauseBudgetSpent,
    /// During the launch a buy has to say in which transaction it happens.
    LaunchTransactionMissing,
    /// The trade fee is outside its bounds.
    FeeOutOfBounds,
    /// A sync parameter is outside its bounds.
    SyncParamsInvalid,
    /// The largest step is worth more than the fee that no trader gets back.
    StepExceedsLostFee,
    /// The largest absorption is worth more than the protocol's net part of the fee.
    AbsorptionExceedsLostFee,
    /// The epoch since the last sync is not over.
    EpochNotOver,
    /// Time given is before the time already recorded.
    ClockWentBack,
    /// More is claimed than was streamed.
    InsufficientRevenue,
    /// Streamed revenue does not add up: deposited is not claimed plus claimable plus unstreamed plus dust.
    RevenueNotConserved,
    /// One transaction would buy more than the cap of the launch.
    LaunchCapExceeded,
    /// The launch fee, its duration or its cap is out of bounds.
    LaunchTermsInvalid,
    /// The model is for grantees alone and there is no grant.
    LicenceRequired,
    /// The declared uses are none, unknown or not all granted.
    LicenceUseNotGranted,
    /// The grant has expired.
    LicenceExpired,
    /// The grant was revoked.
    LicenceRevoked,
    /// The requests of this window are used up.
    LicenceRateExceeded,
    /// The uses or the rate of a licence are out of bounds.
    LicenceTermsInvalid,
    /// The contributors' shares are too many, empty, or more than the whole.
    SharesInvalid,
}

impl fmt::Display for CoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AmountZero => "the amount is zero",
            Self::OutputZero => "the trade is too small: its output rounds to zero",
            Self::Overflow => "the amount is too large",
            Self::DivisionByZero => "a denominator is zero",
            Self::NotSolvent => "the reserve would not cover every circulating token",
            Self::CurveEmpty => "the curve has no depth or no quote",
            Self::InsufficientReserve => "the reserve holds less than the trade would pay",
            Self::InsufficientSupply => "the curve holds fewer tokens than the trade needs",
            Self::SplitInvalid => "the fee split does not add up or is out of bounds",
            Self::CurveOutOfBounds => "the depth or the virtual reserve is out of bounds",
            Self::DeadlinePassed => "the trade's deadline has passed",
            Self::ParametersMoved => "the curve has moved since the quote",
            Self::OutputBelowLimit => "the output is below the limit",
            Self::InputAboveLimit => "the input is above the limit",
            Self::MarketPaused => "the market is paused",
            Self::PauseTooLong => "a pause ends at most a week ahead",
            Self::PauseBudgetSpent => "the market was paused for 14 days of the last 90",
            Self::LaunchTransactionMissing => "during the launch a buy has to name its transaction",
            Self::FeeOutOfBounds => "the trade fee is out of bounds",
            Self::SyncParamsInvalid => "a sync parameter is out of bounds",
            Self::StepExceedsLostFee => "the largest step is worth more than the non-recoverable fee",
            Self::AbsorptionExceedsLostFee => "the largest absorption is worth more than the net protocol fee",
            Self::EpochNotOver => "the epoch since the last sync is not over",
            Self::ClockWentBack => "the time given is before the time recorded",
            Self::InsufficientRevenue => "less revenue was streamed than is claimed",
            Self::RevenueNotConserved => "the revenue stream does not add up",
            Self::LaunchCapExceeded => "the transaction would buy more than the launch allows",
            Self::LaunchTermsInvalid => "the terms of the launch are out of bounds",
            Self::LicenceRequired => "the model is for grantees alone",
            Self::LicenceUseNotGranted => "the declared use is not granted",
            Self::LicenceExpired => "the licence has expired",
            Self::LicenceRevoked => "the licence was revoked",
            Self::LicenceRateExceeded => "the licence allows no more requests for now",
            Self::LicenceTermsInvalid => "the terms of the licence are out of bounds",
            Self::SharesInvalid => "the contributors' shares do not add up or are too many",
        })
    }
}

impl core::error::Error for CoreError {}
