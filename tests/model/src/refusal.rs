//! Why an operation is refused, in the core's words.

/// Called as in the core's `CoreError`, so that both can be compared by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// reason: the names are the documentation; what they mean stands in the core.
#[allow(missing_docs)]
pub enum Refusal {
    AmountZero,
    ClockWentBack,
    CurveOutOfBounds,
    DeadlinePassed,
    EpochNotOver,
    InputAboveLimit,
    InsufficientReserve,
    InsufficientSupply,
    LaunchCapExceeded,
    LaunchTransactionMissing,
    MarketPaused,
    OutputBelowLimit,
    OutputZero,
    Overflow,
    ParametersMoved,
}
