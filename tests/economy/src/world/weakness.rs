/// Which defence is switched off. `None` is the library as it is; every other value is a negative control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    None,
    /// `C_hi` and `C_p` from the present supply.
    PresentSupply,
    /// Averages of the supply at the moment of a sync instead of over the time before it.
    SupplyAtSync,
    /// Largest step from the whole trade fee instead of the reserve's leg.
    WholeFeeLost,
    /// Absorption as large as a step from the whole trade fee.
    AbsorbUpToStep,
    /// Rises that no usage fee pays for.
    FreeRises,
    /// Falls that nothing pays for and that nothing has to stand for.
    FreeFalls,
    /// Falls that go below what rises paid for.
    NothingStands,
    /// A net that is never forfeited, so that it piles up while growth outruns the steps.
    NetPilesUp,
    /// Rises and falls paid for by the whole usage fee, most of which a forger gets back.
    WholeUsageFeePays,
    /// Rises paid for by the reserve's share too, which comes back to whoever holds most of the depth.
    ReserveSharePays,
    /// Rises paid for by all use instead of its growth, so that real users pay for a forger's step.
    SteadyUsePays,
    /// The live counter settles the net at every sync, whatever the last roll wrote.
    LiveNetSettles,
    /// No absorption in a sync that has a rise or a fall to look at.
    AbsorbsOnlyWhenQuiet,
    /// Buys priced on the present curve.
    BuysAtBid,
    /// Buys that do not know what the oracle owes the reserve.
    DuesUnknown,
    /// Buys that do not know what waits for room.
    WaitingUnknown,
    /// The spread that a buy paid is left for syncs to work in.
    SpreadNotWorkedIn,
    /// Every trade raises the virtual quote to the boundary.
    BoundaryAfterTrades,
    /// Deposits that raise the price at once.
    DepositMovesPrice,
    /// No epoch between two syncs.
    NoEpoch,
    /// Fees, tokens and proceeds rounded in favour of the trader.
    TowardTrader,
    /// What the launch adds to the fee enters the reserve.
    LaunchFeeToReserve,
    /// Revenue paid to whoever stakes when it is distributed, instead of streamed.
    StakePaidAtOnce,
    /// Every fee counts as use, however few requesters paid it.
    NoRequesterCap,
    /// No launch fee.
    NoLaunchFee,
    /// No cap on what one transaction buys during the launch.
    NoLaunchCap,
    /// Every market that a forger opens for one model sees the same use.
    UseCountsInManyMarkets,
}
