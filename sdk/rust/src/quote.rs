//! Quotes: what a trade would do to a fetched market, by the rules that the program runs.
//!
//! A quote is a pure function of the market, the trade and the time, and the trade that is executed on the same state at
//! the same time equals it to the atom. During launch protection the fee falls with every second, so a trade that lands
//! later is never worse for that reason.

pub use modchains_core::market::TradeSide;
use modchains_core::{
    CoreError,
    bps::BPS_DENOMINATOR,
    curve::Curve,
    fees::FeeLegs,
    launch::{LaunchTerms, Transaction},
    market::{self, MarketRules, MarketState, Order},
    math::mul_div_floor,
};
use modchains_exchange::{
    errors::ExchangeError,
    state::{Market, MarketParams, MarketTradeArgs, QuoteTerms, TradeAmount},
};

use crate::{Result, SdkError};

/// Which end of a trade is fixed, in atoms of that end: a buy takes quote atoms in and gives token atoms out, a sale the
/// other way round. Quote atoms count with the fee: what the buyer pays, what the seller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeSize {
    /// Give exactly this.
    ExactIn(u64),
    /// Get exactly this.
    ExactOut(u64),
}

/// A trade as it would be executed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeQuote {
    /// Which way.
    pub side: TradeSide,
    /// Which end is fixed.
    pub size: TradeSize,
    /// What the trader gives: quote atoms with the fee, or token atoms.
    pub atoms_in: u64,
    /// What the trader gets: token atoms, or quote atoms after the fee.
    pub atoms_out: u64,
    /// The fee in quote atoms, part of what a buyer gives, taken from what a seller gets.
    pub fee_atoms: u64,
    /// The fee by receiver.
    pub legs: FeeLegs,
    /// The fee's rate, launch fee included.
    pub fee_bps: u16,
    /// What a buyer pays above the curve's own price, without the fee, in quote atoms: the ask counts what the reserve holds
    /// or is owed above the price, and the next syncs work it in. Part of what is given, stays in the reserve.
    pub spread_atoms: u64,
    /// The rate once launch protection is over.
    pub base_fee_bps: u16,
    /// When launch protection ends, unix seconds; none when it is over or the market opened without.
    pub launch_ends_at_seconds: Option<i64>,
    /// The curve that was quoted on.
    pub curve_before: Curve,
    /// The curve afterwards.
    pub curve_after: Curve,
    /// How far the average price without the fee lies from the spot price before, in parts per million. Rounds up.
    pub price_impact_ppm: u32,
    /// The trade is refused once the market's parameter epoch reaches this.
    pub max_epoch: u64,
    /// The time that was quoted for, unix seconds.
    pub quoted_at_seconds: i64,
}

impl TradeSize {
    /// Without a limit.
    const fn unlimited(self) -> TradeAmount {
        match self {
            Self::ExactIn(atoms_in) => TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 },
            Self::ExactOut(atoms_out) => TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX },
        }
    }
}

/// Quotes a trade at a time, without a referrer.
///
/// # Errors
/// [`SdkError::NotQuoted`] when the program would refuse the trade: paused, above the launch cap, more than there is, or
/// too small.
pub fn quote(market: &Market, side: TradeSide, size: TradeSize, now_seconds: i64) -> Result<TradeQuote> {
    quote_referred(market, side, size, false, now_seconds)
}

/// As [`quote`], for a trade that names a referrer if `has_referrer`. Only the receivers of the fee differ.
///
/// # Errors
/// As [`quote`].
pub fn quote_referred(
    market: &Market,
    side: TradeSide,
    size: TradeSize,
    has_referrer: bool,
    now_seconds: i64,
) -> Result<TradeQuote> {
    let (state, rules) = (market.state(), market.rules());
    let transaction = state.launch.unseen_transaction();
    let quote = quote_in(&state, &rules, side, size, has_referrer, transaction, now_seconds).map_err(not_quoted)?;
    let launch_ends_at_seconds = rules
        .is_launching(now_seconds)
        .then(|| rules.opened_at_seconds.saturating_add(rules.launch.duration_seconds.into()));
    Ok(TradeQuote { launch_ends_at_seconds, ..quote })
}

/// Quotes the creator's own first buy in the transaction that opens a market with this curve and these parameters: base
/// fee, no cap, and nobody can come before it.
///
/// # Errors
/// [`SdkError::NotQuoted`] when the curve is out of bounds or the trade too small.
pub fn quote_first_buy(
    params: &MarketParams,
    depth_atoms: u64,
    virtual_atoms: u64,
    size: TradeSize,
    now_seconds: i64,
) -> Result<TradeQuote> {
    let rules = MarketRules::new(params, &LaunchTerms::default(), depth_atoms, now_seconds);
    let state = market::open(&rules, virtual_atoms, 0).map_err(not_quoted)?;
    let transaction = state.launch.opening_transaction();
    quote_in(&state, &rules, TradeSide::Buy, size, false, transaction, now_seconds).map_err(not_quoted)
}

fn quote_in(
    state: &MarketState,
    rules: &MarketRules,
    side: TradeSide,
    size: TradeSize,
    has_referrer: bool,
    transaction: Transaction,
    now_seconds: i64,
) -> modchains_core::Result<TradeQuote> {
    let (amount, terms) = (size.unlimited(), QuoteTerms::OPEN);
    let order = Order { side, amount, terms, has_referrer, transaction: Some(transaction) };
    let trade = market::trade(state, rules, &order, now_seconds)?;
    Ok(TradeQuote {
        side,
        size,
        atoms_in: trade.atoms_in(),
        atoms_out: trade.atoms_out(),
        fee_atoms: trade.fee_atoms,
        legs: trade.legs,
        fee_bps: trade.fee_bps,
        spread_atoms: trade.spread_atoms,
        base_fee_bps: rules.params.fee_bps,
        launch_ends_at_seconds: None,
        curve_before: state.curve,
        curve_after: trade.state_after.curve,
        price_impact_ppm: trade.price_impact_ppm(&state.curve)?,
        max_epoch: state.parameter_epoch.saturating_add(1),
        quoted_at_seconds: now_seconds,
    })
}

/// Most token atoms that one transaction may buy now; none when launch protection is over.
///
/// # Errors
/// [`SdkError::NotQuoted`] when the market's terms are beyond the formula.
pub fn launch_cap_atoms(market: &Market, now_seconds: i64) -> Result<Option<u64>> {
    market.rules().launch_cap_atoms(now_seconds).map_err(not_quoted)
}

/// The quote side that a buy meets now: over the curve's token side it is the ask, as the curve's own quote side is the bid.
///
/// # Errors
/// [`SdkError::NotQuoted`] when the market's terms are beyond the formula.
pub fn ask_atoms(market: &Market) -> Result<u64> {
    let sides = market.state().sides();
    sides.backing.ask_atoms(&sides.curve).map_err(not_quoted)
}

impl TradeQuote {
    /// Spot price before, quote atoms for a token atom in Q64.64, rounded down.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] of an empty curve, which no market has.
    pub fn price_before_q64(&self) -> Result<u128> {
        self.curve_before.spot_price_q64().map_err(not_quoted)
    }

    /// Spot price afterwards, in the same unit.
    ///
    /// # Errors
    /// As [`Self::price_before_q64`].
    pub fn price_after_q64(&self) -> Result<u128> {
        self.curve_after.spot_price_q64().map_err(not_quoted)
    }

    /// Fewest atoms out that a slippage of `slippage_bps` below this quote accepts. Rounds down.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] above 10,000.
    pub fn min_out(&self, slippage_bps: u16) -> Result<u64> {
        let kept_bps = BPS_DENOMINATOR.checked_sub(slippage_bps.into()).ok_or_else(slippage_too_large)?;
        mul_div_floor(self.atoms_out, kept_bps, BPS_DENOMINATOR).map_err(not_quoted)
    }

    /// Most atoms in that a slippage of `slippage_bps` above this quote accepts. Rounds down; what does not fit is the
    /// largest amount there is.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] above 10,000.
    pub fn max_in(&self, slippage_bps: u16) -> Result<u64> {
        if u64::from(slippage_bps) > BPS_DENOMINATOR {
            return Err(slippage_too_large());
        }
        let raised_bps = BPS_DENOMINATOR.saturating_add(slippage_bps.into());
        Ok(mul_div_floor(self.atoms_in, raised_bps, BPS_DENOMINATOR).unwrap_or(u64::MAX))
    }

    /// What accepts this quote with up to `slippage_bps` less out or more in, until `deadline_seconds` and as long as no
    /// sync moves the curve.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] for a slippage above 10,000.
    pub fn args(&self, slippage_bps: u16, deadline_seconds: i64) -> Result<MarketTradeArgs> {
        let amount = match self.size {
            TradeSize::ExactIn(atoms_in) => {
                TradeAmount::ExactIn { atoms_in, min_atoms_out: self.min_out(slippage_bps)? }
            }
            TradeSize::ExactOut(atoms_out) => {
                TradeAmount::ExactOut { atoms_out, max_atoms_in: self.max_in(slippage_bps)? }
            }
        };
        Ok(MarketTradeArgs { amount, terms: QuoteTerms { deadline_seconds, max_epoch: self.max_epoch } })
    }
}

fn slippage_too_large() -> SdkError {
    SdkError::NotQuoted {
        name: "SlippageTooLarge".to_owned(),
        reason: "the slippage is above 100 %".to_owned(),
        remedy: "accept a slippage of 0 to 100 %",
    }
}

fn not_quoted(error: CoreError) -> SdkError {
    let error = ExchangeError::from(error);
    SdkError::NotQuoted { name: format!("{error:?}"), reason: error.to_string(), remedy: error.remedy() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;

    use super::*;

    /// 10^9 tokens deep, 30 SOL virtual, 1 %, launched at 1,000 s for 100 s from 20 % with a cap of 1 %.
    fn market() -> Market {
        let params = MarketParams {
            fee_bps: 100,
            reserve_bps: 4_000,
            vault_bps: 2_500,
            creator_bps: 1_500,
            protocol_bps: 2_000,
            referral_bps: 2_500,
            premium_min_ppm: 1_050_000,
            ..MarketParams::zeroed()
        };
        Market {
            depth_atoms: 1_000_000_000_000_000,
            depth_opening_atoms: 1_000_000_000_000_000,
            supply_floor_atoms: 47_619_047_619_048,
            virtual_atoms: 30_000_000_000,
            opened_at_seconds: 1_000,
            launch_seconds: 100,
            launch_cap_ppm: 10_000,
            launch_fee_bps: 2_000,
            params,
            ..Market::zeroed()
        }
    }

    fn refusal(result: Result<TradeQuote>) -> String {
        match result.unwrap_err() {
            SdkError::NotQuoted { name, .. } => name,
            other => panic!("{other}"),
        }
    }

    const SOL: TradeSize = TradeSize::ExactIn(100_000_000);

    #[test]
    fn the_launch_fee_falls_to_the_base_fee_and_says_when() {
        let rates = [0, 1_000, 1_050, 1_099, 1_100]
            .map(|now_seconds| quote(&market(), TradeSide::Buy, SOL, now_seconds).unwrap())
            .map(|quote| (quote.fee_bps, quote.launch_ends_at_seconds));
        let on = Some(1_100);
        assert_eq!(rates, [(2_000, on), (2_000, on), (1_050, on), (119, on), (100, None)]);
    }

    #[test]
    fn the_cap_binds_buys_of_the_launch_alone() {
        let size = TradeSize::ExactOut(10_000_000_000_001);
        assert_eq!(refusal(quote(&market(), TradeSide::Buy, size, 1_099)), "LaunchCapExceeded");
        quote(&market(), TradeSide::Buy, size, 1_100).unwrap();
        assert_eq!(launch_cap_atoms(&market(), 1_099).unwrap(), Some(10_000_000_000_000));
        assert_eq!(launch_cap_atoms(&market(), 1_100).unwrap(), None);
        let first = quote_first_buy(&market().params, 1_000_000_000_000_000, 30_000_000_000, size, 1_000).unwrap();
        assert_eq!((first.fee_bps, first.atoms_out), (100, 10_000_000_000_001));
    }

    #[test]
    fn a_pause_stops_buys_and_not_sales() {
        let mut market = market();
        let bought = quote(&market, TradeSide::Buy, SOL, 2_000).unwrap();
        market.reserve_atoms = bought.curve_after.reserve_atoms;
        market.circulating_atoms = bought.curve_after.circulating_atoms;
        market.virtual_atoms = bought.curve_after.virtual_atoms;
        market.paused_until_after_seconds = 2_000;
        assert_eq!(refusal(quote(&market, TradeSide::Buy, SOL, 2_999)), "MarketPaused");
        quote(&market, TradeSide::Buy, SOL, 3_000).unwrap();
        quote(&market, TradeSide::Sell, TradeSize::ExactIn(bought.atoms_out), 2_999).unwrap();
    }

    #[test]
    fn what_is_on_its_way_to_the_reserve_is_paid_by_buyers_and_not_by_sellers() {
        let mut plain = market();
        let bought = quote(&plain, TradeSide::Buy, SOL, 2_000).unwrap();
        let Curve { reserve_atoms, circulating_atoms, virtual_atoms, .. } = bought.curve_after;
        plain = Market { reserve_atoms, circulating_atoms, virtual_atoms, ..plain };
        let expecting = Market { reserve_expected_atoms: 10_000_000_000, ..plain };
        let buys = [plain, expecting].map(|market| quote(&market, TradeSide::Buy, SOL, 2_000).unwrap());
        assert_eq!(buys[0].spread_atoms, 0);
        assert!(buys[1].spread_atoms > 0 && buys[1].atoms_out < buys[0].atoms_out);
        assert!(ask_atoms(&expecting).unwrap() > ask_atoms(&plain).unwrap());
        let sale = TradeSize::ExactIn(bought.atoms_out);
        let sales = [plain, expecting].map(|market| quote(&market, TradeSide::Sell, sale, 2_000).unwrap().atoms_out);
        assert_eq!(sales[0], sales[1]);
    }

    #[test]
    fn a_referrer_changes_who_is_paid_and_nothing_else() {
        let plain = quote(&market(), TradeSide::Buy, SOL, 2_000).unwrap();
        let referred = quote_referred(&market(), TradeSide::Buy, SOL, true, 2_000).unwrap();
        assert_eq!(plain.legs.protocol, referred.legs.protocol + referred.legs.referrer);
        assert!(referred.legs.referrer > 0);
        assert_eq!(TradeQuote { legs: plain.legs, ..referred }, plain);
    }

    #[test]
    fn limits_are_never_more_generous_than_the_slippage() {
        let quote = quote(&market(), TradeSide::Buy, SOL, 2_000).unwrap();
        assert_eq!((quote.min_out(0).unwrap(), quote.max_in(0).unwrap()), (quote.atoms_out, quote.atoms_in));
        assert_eq!((quote.min_out(10_000).unwrap(), quote.max_in(10_000).unwrap()), (0, 2 * quote.atoms_in));
        assert!(quote.min_out(10_001).is_err() && quote.max_in(10_001).is_err());
        let exact_out = TradeQuote { size: TradeSize::ExactOut(quote.atoms_out), ..quote };
        let args = exact_out.args(50, 9).unwrap();
        let max_atoms_in = quote.atoms_in * 10_050 / 10_000;
        assert_eq!(args.amount, TradeAmount::ExactOut { atoms_out: quote.atoms_out, max_atoms_in });
        assert_eq!((args.terms.deadline_seconds, args.terms.max_epoch), (9, 1));
    }

    #[test]
    fn what_is_got_and_what_is_given_back_meet() {
        // An exact-out buy of what an exact-in buy gives never costs more.
        let bought = quote(&market(), TradeSide::Buy, SOL, 2_000).unwrap();
        let again = quote(&market(), TradeSide::Buy, TradeSize::ExactOut(bought.atoms_out), 2_000).unwrap();
        assert!(again.atoms_in <= bought.atoms_in && again.atoms_out == bought.atoms_out);
        assert!(bought.price_after_q64().unwrap() > bought.price_before_q64().unwrap());
    }
}
