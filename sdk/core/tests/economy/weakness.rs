//! Which defence is switched off.

/// `None` is the library as it is; every other value is a negative control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    None,
    /// Step limit relative to the present `C` instead of `C_hi`.
    PresentSupply,
    /// `C_hi` without the two windows of peaks.
    NoPeaks,
    /// Largest step from the whole trade fee instead of the part that nobody gets back.
    WholeFeeLost,
    /// Absorption as large as a step.
    AbsorbUpToStep,
    /// Upward steps that no usage fee pays for.
    UnpaidSteps,
    /// Upward steps paid for by the whole usage fee, most of which a forger gets back.
    WholeUsageFeePays,
    /// Upward steps paid for by the reserve's share too, which comes back to whoever holds most of the depth.
    ReserveSharePays,
    /// Upward steps paid for by all present use instead of its growth, so that real users pay for a forger's step.
    SteadyUsePays,
    /// Deposits that raise the price at once.
    DepositMovesPrice,
    /// No limit for the steps of a day.
    NoDrift,
    /// No epoch between two syncs.
    NoEpoch,
    /// Fees, tokens and proceeds rounded in favour of the trader.
    TowardTrader,
    /// Revenue paid to whoever stakes when it is distributed, instead of streamed.
    StakePaidAtOnce,
    /// Every fee counts as use, however few requesters paid it.
    NoRequesterCap,
    /// No launch fee.
    NoLaunchFee,
    /// No cap on what one transaction buys during the launch.
    NoLaunchCap,
}
