//! What a trade does to a market.

use crate::{
    CoreError, Result,
    curve::Curve,
    fees::FeeLegs,
    launch::LaunchPhase,
    market::{MarketRules, MarketState, Order, TradeAmount, TradeSide},
    sync::SyncState,
    trade::{Buy, Sell, price_impact_ppm},
};

/// A trade, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// Which way.
    pub side: TradeSide,
    /// Paid by a buyer, fee included; paid to a seller, after the fee.
    pub quote_atoms: u64,
    /// Minted or burned.
    pub token_atoms: u64,
    /// The fee's rate: basis points of the gross quote amount, launch fee included.
    pub fee_bps: u16,
    /// The fee, in quote atoms.
    pub fee_atoms: u64,
    /// The fee by receiver. The referrer's leg is not among the market's dues.
    pub legs: FeeLegs,
    /// What a buyer paid above the curve's own price, without the fee, in quote atoms; part of `quote_atoms`, stays in the
    /// reserve.
    pub spread_atoms: u64,
    /// The market afterwards.
    pub state_after: MarketState,
}

impl Trade {
    /// What the trader gives: quote atoms with the fee, or token atoms.
    pub const fn atoms_in(&self) -> u64 {
        match self.side {
            TradeSide::Buy => self.quote_atoms,
            TradeSide::Sell => self.token_atoms,
        }
    }

    /// What the trader gets: token atoms, or quote atoms after the fee.
    pub const fn atoms_out(&self) -> u64 {
        match self.side {
            TradeSide::Buy => self.token_atoms,
            TradeSide::Sell => self.quote_atoms,
        }
    }

    /// How far the average price without the fee lies from the spot price of the curve before: above it in a buy, below it
    /// in a sale.
    pub fn price_impact_ppm(&self, curve_before: &Curve) -> Result<u32> {
        let met_curve_atoms = match self.side {
            TradeSide::Buy => self.quote_atoms.checked_sub(self.fee_atoms),
            TradeSide::Sell => self.quote_atoms.checked_add(self.fee_atoms),
        };
        let met_curve_atoms = met_curve_atoms.ok_or(CoreError::Overflow)?;
        price_impact_ppm(curve_before.spot_price_q64()?, met_curve_atoms, self.token_atoms)
    }
}

// Everything here is inlined into the program's handler, because a market's state that is handed from function to function
// is copied each time, some hundred compute units in a trade.

/// What `order` does to the market at this time, or the first reason why it may not; see [`crate::market`] for the order of
/// the reasons. Quotes and trades alike come from here.
#[inline(always)]
pub fn trade(state: &MarketState, rules: &MarketRules, order: &Order, now_seconds: i64) -> Result<Trade> {
    order.terms.require_valid(state.parameter_epoch, now_seconds)?;
    match order.side {
        TradeSide::Buy => buy(state, rules, order, now_seconds),
        TradeSide::Sell => sell(state, rules, order, now_seconds),
    }
}

#[inline(always)]
fn buy(state: &MarketState, rules: &MarketRules, order: &Order, now_seconds: i64) -> Result<Trade> {
    let phase = if rules.is_launching(now_seconds) {
        state.launch.phase(order.transaction.ok_or(CoreError::LaunchTransactionMissing)?)
    } else {
        LaunchPhase::Over
    };
    let fees = rules.buy_fees(phase, now_seconds)?;
    let buy = match order.amount {
        TradeAmount::ExactIn { atoms_in, .. } => state.sides().buy_exact_in(&fees, atoms_in, order.has_referrer)?,
        TradeAmount::ExactOut { atoms_out, .. } => state.sides().buy_exact_out(&fees, atoms_out, order.has_referrer)?,
    };
    order.amount.require_within(buy.quote_atoms_in, buy.token_atoms_out)?;
    if rules.is_paused(now_seconds) {
        return Err(CoreError::MarketPaused);
    }
    let cap_atoms = match phase {
        LaunchPhase::Protected(_) => rules.launch.cap_atoms(rules.depth_opening_atoms)?,
        LaunchPhase::Over | LaunchPhase::FirstBuy(_) => u64::MAX,
    };
    let launch = state.launch.count(phase, cap_atoms, buy.token_atoms_out)?;
    let Buy { quote_atoms_in: quote_atoms, fee_atoms, legs, spread_atoms, token_atoms_out: token_atoms, curve_after } =
        buy;
    let state_after = MarketState { launch, ..settle(state, rules, curve_after, &legs, now_seconds)? };
    let fee_bps = fees.rate_bps()?;
    Ok(Trade { side: order.side, quote_atoms, token_atoms, fee_bps, fee_atoms, legs, spread_atoms, state_after })
}

#[inline(always)]
fn sell(state: &MarketState, rules: &MarketRules, order: &Order, now_seconds: i64) -> Result<Trade> {
    let fees = rules.trade_fees(now_seconds)?;
    let sale = match order.amount {
        TradeAmount::ExactIn { atoms_in, .. } => state.sides().sell_exact_in(&fees, atoms_in, order.has_referrer)?,
        TradeAmount::ExactOut { atoms_out, .. } => {
            state.sides().sell_exact_out(&fees, atoms_out, order.has_referrer)?
        }
    };
    order.amount.require_within(sale.token_atoms_in, sale.quote_atoms_out)?;
    let Sell { token_atoms_in: token_atoms, quote_atoms_out: quote_atoms, fee_atoms, legs, curve_after } = sale;
    let state_after = settle(state, rules, curve_after, &legs, now_seconds)?;
    let fee_bps = fees.rate_bps()?;
    Ok(Trade { side: order.side, quote_atoms, token_atoms, fee_bps, fee_atoms, legs, spread_atoms: 0, state_after })
}

/// Records how long the curve stood, the supply that a trade leaves and what its fee makes the market owe.
#[inline(always)]
fn settle(
    state: &MarketState,
    rules: &MarketRules,
    curve_after: Curve,
    legs: &FeeLegs,
    now_seconds: i64,
) -> Result<MarketState> {
    let (before_atoms, after_atoms) = (state.curve.circulating_atoms, curve_after.circulating_atoms);
    let supply = state.sync.supply.record(before_atoms, after_atoms, now_seconds, rules.params.epoch_seconds);
    let state_after = MarketState {
        curve: curve_after,
        history: state.history.observe(&state.curve, now_seconds)?,
        sync: SyncState { supply, ..state.sync },
        dues: state.dues.accrue(legs)?,
        ..*state
    };
    state_after.invariant()?;
    Ok(state_after)
}
