//! What a trade costs.

use modchains_core::{
    curve::Curve,
    fees::TradeFees,
    trade::{self, Buy, Sell},
};
use modchains_exchange::{
    events::CurveState,
    state::{Market, TradeAmount},
};
use num_bigint::BigUint;

use crate::{
    laws::law::{Sight, Verdict, hold},
    traded::{Traded, is_new, market_of, orders, traded},
};

/// The rate of the second: the base fee, and during a launch what is left of the way from the opening fee to it.
fn rate_bps(market: &Market, now: i64) -> u128 {
    let (base, opening) = (u128::from(market.params.fee_bps), u128::from(market.launch_fee_bps));
    let left = (market.opened_at_seconds + i64::from(market.launch_seconds) - now).max(0).unsigned_abs();
    if left == 0 {
        return base;
    }
    base + ((opening - base) * u128::from(left)).div_ceil(u128::from(market.launch_seconds))
}

pub fn a_trade_pays_its_fee(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    for trade in &trades {
        let market = market_of(sight.seen, &trade.market)?;
        let params = &market.params;
        let rate = rate_bps(&market, sight.seen.now);
        // Only the creator's first buy, with the opening, pays the base fee during a launch.
        let may_be_base = trade.is_buy && is_new(sight.seen, &trade.market);
        let (base, found) = (u128::from(params.fee_bps), u128::from(trade.fee_bps));
        hold!(found == rate || (may_be_base && found == base), "the rate is {found}, not {rate}: {trade:?}");
        let fee = trade.fee_atoms();
        let due = (trade.gross() * found).div_ceil(10_000);
        hold!(fee >= 1 && fee == due, "the fee of {} is {fee}, not {due}: {trade:?}", trade.gross());
        let part = |bps: u16| fee * u128::from(bps) / 10_000;
        let protocol = part(params.protocol_bps);
        let referred = trade.referrer != anchor_lang::prelude::Pubkey::default();
        let referrer = if referred { protocol * u128::from(params.referral_bps) / 10_000 } else { 0 };
        let legs = [part(params.vault_bps), part(params.creator_bps), protocol - referrer, referrer];
        let found =
            [trade.fee.vault_atoms, trade.fee.creator_atoms, trade.fee.protocol_atoms, trade.fee.referrer_atoms];
        hold!(found.map(u128::from) == legs, "the legs are {found:?}, not {legs:?}: {trade:?}");
    }
    Ok(trades.len() as u64)
}

fn product(curve: &CurveState, quote: i128, tokens: i128) -> Option<BigUint> {
    let side = |atoms: u128, change: i128| BigUint::try_from(i128::try_from(atoms).ok()? + change).ok();
    let quote_side = side(u128::from(curve.reserve_atoms) + u128::from(curve.virtual_atoms), quote)?;
    let token_side = side(u128::from(curve.depth_atoms) - u128::from(curve.circulating_atoms), tokens)?;
    Some(quote_side * token_side)
}

/// What the curve itself gets (or pays, negative) in quote and in tokens.
fn flows(trade: &Traded) -> (i128, i128) {
    let (gross, fee) = (trade.gross() as i128, trade.fee_atoms() as i128);
    let tokens = i128::from(trade.tokens);
    if trade.is_buy { (gross - fee, -tokens) } else { (-gross, tokens) }
}

pub fn a_trade_keeps_the_product(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    for trade in &trades {
        let (quote, tokens) = flows(trade);
        let after = product(&trade.before, quote, tokens).ok_or("the trade takes more than there is")?;
        let before = product(&trade.before, 0, 0).ok_or("the curve is empty")?;
        hold!(after >= before, "K fell from {before} to {after}: {trade:?}");
        let reserve = i128::from(trade.before.reserve_atoms) + quote + i128::from(trade.fee.reserve_atoms);
        hold!(reserve == i128::from(trade.after.reserve_atoms), "the reserve does not add up: {trade:?}");
        let circulating = i128::from(trade.before.circulating_atoms) - tokens;
        hold!(circulating == i128::from(trade.after.circulating_atoms), "the circulation does not add up: {trade:?}");
    }
    Ok(trades.len() as u64)
}

pub fn a_trade_is_exact(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    for trade in &trades {
        let (quote, tokens) = flows(trade);
        let before = product(&trade.before, 0, 0).ok_or("the curve is empty")?;
        // One atom more out, or one less in: at least one of them was not to be had.
        let more_out = if trade.is_buy { (quote, tokens - 1) } else { (quote - 1, tokens) };
        let less_in = if trade.is_buy { (quote - 1, tokens) } else { (quote, tokens - 1) };
        let is_too_much =
            |(quote, tokens)| product(&trade.before, quote, tokens).is_none_or(|product| product < before);
        hold!(is_too_much(more_out) || is_too_much(less_in), "the pool kept more than an atom: {trade:?}");
    }
    Ok(trades.len() as u64)
}

pub fn a_trade_is_its_quote(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    for (trade, (_, _, args)) in trades.iter().zip(orders(sight.seen)) {
        let market = market_of(sight.seen, &trade.market)?;
        let fee_bps = u16::try_from(trade.fee_bps).map_err(|_| "a rate above the whole")?;
        let fees = TradeFees { fee_bps, ..market.params.trade_fees() };
        let curve = curve(&trade.before);
        let referred = trade.referrer != anchor_lang::prelude::Pubkey::default();
        let quoted = match (trade.is_buy, args.amount) {
            (true, TradeAmount::ExactIn { atoms_in, .. }) => {
                of_buy(trade::buy_exact_in(&curve, &fees, atoms_in, referred))
            }
            (true, TradeAmount::ExactOut { atoms_out, .. }) => {
                of_buy(trade::buy_exact_out(&curve, &fees, atoms_out, referred))
            }
            (false, TradeAmount::ExactIn { atoms_in, .. }) => {
                of_sale(trade::sell_exact_in(&curve, &fees, atoms_in, referred))
            }
            (false, TradeAmount::ExactOut { atoms_out, .. }) => {
                of_sale(trade::sell_exact_out(&curve, &fees, atoms_out, referred))
            }
        };
        let done = (trade.quote, trade.tokens, self::curve(&trade.after));
        hold!(quoted == Ok(done), "quoted {quoted:?}, done {done:?}");
    }
    Ok(trades.len() as u64)
}

type Quoted = Result<(u64, u64, Curve), modchains_core::CoreError>;

fn of_buy(buy: modchains_core::Result<Buy>) -> Quoted {
    buy.map(|buy| (buy.quote_atoms_in, buy.token_atoms_out, buy.curve_after))
}

fn of_sale(sale: modchains_core::Result<Sell>) -> Quoted {
    sale.map(|sale| (sale.quote_atoms_out, sale.token_atoms_in, sale.curve_after))
}

fn curve(state: &CurveState) -> Curve {
    Curve {
        reserve_atoms: state.reserve_atoms,
        circulating_atoms: state.circulating_atoms,
        depth_atoms: state.depth_atoms,
        virtual_atoms: state.virtual_atoms,
    }
}
