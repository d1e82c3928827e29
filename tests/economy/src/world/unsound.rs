//! Trades with a defence taken away.

use modchains_core::{
    CoreError, Result,
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    market::{self, MarketRules, MarketState, Order, Trade, TradeAmount, TradeSide},
    sync::SyncState,
};

use super::Weakness;

/// A trade by the library's rules, except for what the weakness takes away.
pub fn trade(
    state: &MarketState,
    rules: &MarketRules,
    order: &Order,
    now_seconds: i64,
    weakness: Weakness,
) -> Result<Trade> {
    let is_buy = order.side == TradeSide::Buy;
    match weakness {
        Weakness::BuysAtBid | Weakness::SpreadNotWorkedIn if is_buy => {
            buy(state, rules, order.amount, now_seconds, weakness)
        }
        Weakness::WaitingUnknown if is_buy => {
            let waiting_atoms = state.backing.waiting_atoms;
            let mut forgetful = *state;
            forgetful.backing.waiting_atoms = 0;
            let mut trade = market::trade(&forgetful, rules, order, now_seconds)?;
            trade.state_after.backing.waiting_atoms = waiting_atoms;
            Ok(trade)
        }
        Weakness::BoundaryAfterTrades => {
            let mut trade = market::trade(state, rules, order, now_seconds)?;
            let curve = &mut trade.state_after.curve;
            curve.virtual_atoms = curve.virtual_atoms.max(state.backing.boundary_atoms(curve)?);
            Ok(trade)
        }
        Weakness::LaunchFeeToReserve => launch_fee_to_reserve(market::trade(state, rules, order, now_seconds)?, rules),
        Weakness::TowardTrader => generous(state, rules, order, now_seconds),
        _ => market::trade(state, rules, order, now_seconds),
    }
}

fn buy(
    state: &MarketState,
    rules: &MarketRules,
    amount: TradeAmount,
    now_seconds: i64,
    weakness: Weakness,
) -> Result<Trade> {
    let (fees, curve) = (rules.trade_fees(now_seconds)?, &state.curve);
    let ask_atoms = match weakness {
        Weakness::BuysAtBid => curve.quote_atoms()?,
        _ => state.backing.ask_atoms(curve)?,
    };
    let (gross_atoms, net_atoms, token_atoms) = match amount {
        TradeAmount::ExactIn { atoms_in, .. } => {
            let net_atoms = atoms_in.checked_sub(fees.fee_atoms(atoms_in)?).ok_or(CoreError::Overflow)?;
            (atoms_in, net_atoms, curve.buy_exact_in(ask_atoms, net_atoms)?)
        }
        TradeAmount::ExactOut { atoms_out, .. } => {
            let net_atoms = curve.buy_exact_out(ask_atoms, atoms_out)?;
            (fees.gross_for_net(net_atoms)?, net_atoms, atoms_out)
        }
    };
    let fee_atoms = gross_atoms - net_atoms;
    let legs = fees.split_fee(gross_atoms, fee_atoms, true)?;
    let bought = curve.apply_buy(net_atoms, token_atoms)?.deposit_reserve(legs.reserve)?;
    let curve_after = state.backing.work_in(bought, legs.reserve, bought.circulating_atoms)?;
    Ok(Trade {
        side: TradeSide::Buy,
        quote_atoms: gross_atoms,
        token_atoms,
        fee_bps: fees.rate_bps()?,
        fee_atoms,
        legs,
        spread_atoms: 0,
        state_after: settled(state, rules, curve_after, now_seconds)?,
    })
}

fn settled(state: &MarketState, rules: &MarketRules, curve: Curve, now_seconds: i64) -> Result<MarketState> {
    let (before_atoms, after_atoms) = (state.curve.circulating_atoms, curve.circulating_atoms);
    let supply = state.sync.supply.record(before_atoms, after_atoms, now_seconds, rules.params.epoch_seconds);
    let history = state.history.observe(&state.curve, now_seconds)?;
    Ok(MarketState { curve, history, sync: SyncState { supply, ..state.sync }, ..*state })
}

fn launch_fee_to_reserve(mut trade: Trade, rules: &MarketRules) -> Result<Trade> {
    let gross_atoms = match trade.side {
        TradeSide::Buy => trade.quote_atoms,
        TradeSide::Sell => trade.quote_atoms + trade.fee_atoms,
    };
    let base = rules.params.trade_fees();
    let legs = base.split_fee(gross_atoms, base.fee_atoms(gross_atoms)?.min(trade.fee_atoms), true)?;
    let added_atoms = trade.fee_atoms - legs.total()?;
    trade.legs = FeeLegs { reserve: legs.reserve + added_atoms, ..legs };
    let curve = trade.state_after.curve.deposit_reserve(added_atoms)?;
    trade.state_after.curve = trade.state_after.backing.work_in(curve, added_atoms, curve.circulating_atoms)?;
    Ok(trade)
}

/// A trade whose fee rounds down and whose output rounds up. A few atoms only: nothing is checked.
fn generous(state: &MarketState, rules: &MarketRules, order: &Order, now_seconds: i64) -> Result<Trade> {
    let TradeAmount::ExactIn { atoms_in, .. } = order.amount else {
        return market::trade(state, rules, order, now_seconds);
    };
    let fees = rules.params.trade_fees();
    let mut curve = state.curve;
    let (quote, tokens) = (curve.quote_atoms()?, curve.token_atoms()?);
    let (quote_atoms, token_atoms, fee_atoms, legs) = match order.side {
        TradeSide::Buy => {
            let (fee_atoms, legs) = generous_fee(&fees, atoms_in)?;
            let net_atoms = atoms_in - fee_atoms;
            let token_atoms = mul(tokens, net_atoms)?.div_ceil(quote + net_atoms);
            curve.reserve_atoms += net_atoms + legs.reserve;
            curve.circulating_atoms += token_atoms;
            (atoms_in, token_atoms, fee_atoms, legs)
        }
        TradeSide::Sell => {
            let gross_atoms = mul(quote, atoms_in)?.div_ceil(tokens + atoms_in);
            let (fee_atoms, legs) = generous_fee(&fees, gross_atoms)?;
            let left_atoms = curve.reserve_atoms.checked_sub(gross_atoms).ok_or(CoreError::InsufficientReserve)?;
            curve.reserve_atoms = left_atoms + legs.reserve;
            curve.circulating_atoms -= atoms_in;
            (gross_atoms - fee_atoms, atoms_in, fee_atoms, legs)
        }
    };
    if curve.circulating_atoms >= curve.depth_atoms || token_atoms == 0 {
        return Err(CoreError::InsufficientSupply);
    }
    let state_after = settled(state, rules, curve, now_seconds)?;
    Ok(Trade {
        side: order.side,
        quote_atoms,
        token_atoms,
        fee_bps: fees.fee_bps,
        fee_atoms,
        legs,
        spread_atoms: 0,
        state_after,
    })
}

fn generous_fee(fees: &TradeFees, gross_atoms: u64) -> Result<(u64, FeeLegs)> {
    let fee_atoms = mul(gross_atoms, u64::from(fees.fee_bps))? / 10_000;
    let legs = if fee_atoms == 0 { FeeLegs::default() } else { fees.split_fee(gross_atoms, fee_atoms, true)? };
    Ok((fee_atoms, legs))
}

fn mul(a: u64, b: u64) -> Result<u64> {
    a.checked_mul(b).ok_or(CoreError::Overflow)
}
