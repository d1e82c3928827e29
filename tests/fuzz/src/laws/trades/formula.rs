//! What a trade costs.

use modchains_core::{
    curve::Curve,
    fees::TradeFees,
    trade::{Buy, Sell},
};
use modchains_exchange::{
    events::CurveState,
    state::{Market, TradeAmount},
};
use num_bigint::BigUint;

use crate::{
    laws::{
        law::{Sight, Verdict, hold},
        syncs,
    },
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
        // The base fee's protocol leg rounds up. What a launch adds goes to stakers, by their part and the creator's, and to
        // the protocol.
        let base = (trade.gross() * base).div_ceil(10_000).min(fee);
        let part = |atoms: u128, bps: u16| atoms * u128::from(bps) / 10_000;
        let protocol = (base * u128::from(params.protocol_bps)).div_ceil(10_000);
        let referred = trade.referrer != anchor_lang::prelude::Pubkey::default();
        let referrer = if referred { part(protocol, params.referral_bps) } else { 0 };
        let (vault, creator) = (part(base, params.vault_bps), part(base, params.creator_bps));
        let vault_added = part(fee - base, params.vault_bps + params.creator_bps);
        let protocol_added = fee - base - vault_added;
        let legs = [
            base - protocol - vault - creator,
            vault + vault_added,
            creator,
            protocol - referrer + protocol_added,
            referrer,
        ];
        let found = [
            trade.fee.reserve_atoms,
            trade.fee.vault_atoms,
            trade.fee.creator_atoms,
            trade.fee.protocol_atoms,
            trade.fee.referrer_atoms,
        ];
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
    let mut facts = 0;
    for trade in &trades {
        if trade.is_buy && syncs::is_synced(sight.seen, &trade.market) {
            continue;
        }
        // A buy meets the quote side of the ask.
        let market = market_of(sight.seen, &trade.market)?;
        let ask = if trade.is_buy { ask(&trade.before, &market) - quote_side(&trade.before) } else { BigUint::ZERO };
        let tokens_before = i128::from(trade.before.depth_atoms) - i128::from(trade.before.circulating_atoms);
        let (quote, tokens) = flows(trade);
        let product = |quote: i128, tokens: i128| {
            let quote_after = BigUint::try_from(i128::try_from(quote_side(&trade.before)).ok()? + quote).ok()? + &ask;
            Some(quote_after * BigUint::try_from(tokens_before + tokens).ok()?)
        };
        let before = product(0, 0).ok_or("the curve is empty")?;
        hold!(product(quote, tokens).is_some_and(|after| after >= before), "sold below the ask: {trade:?}");
        // One atom more out, or one less in: at least one of them was not to be had.
        let more_out = if trade.is_buy { (quote, tokens - 1) } else { (quote - 1, tokens) };
        let less_in = if trade.is_buy { (quote - 1, tokens) } else { (quote, tokens - 1) };
        let is_too_much = |(quote, tokens)| product(quote, tokens).is_none_or(|product| product < before);
        hold!(is_too_much(more_out) || is_too_much(less_in), "the pool kept more than an atom: {trade:?}");
        facts += 1;
    }
    Ok(facts)
}

fn quote_side(curve: &CurveState) -> BigUint {
    BigUint::from(curve.reserve_atoms) + curve.virtual_atoms
}

/// The quote side that a buy meets: what everything that is owed to holders would make of the curve, at least the curve's.
fn ask(curve: &CurveState, market: &Market) -> BigUint {
    let floor = u64::max(1, supply_floor(market));
    let supply = curve.circulating_atoms.max(floor);
    let owned = BigUint::from(curve.reserve_atoms) * curve.circulating_atoms.min(supply) / supply;
    let due = BigUint::from(market.reserve_waiting_atoms) + market.reserve_expected_atoms;
    quote_side(curve).max((owned + due) * curve.depth_atoms / supply)
}

/// The supply at which the premium of the boundary is the smallest that a market aims for, rounded up.
fn supply_floor(market: &Market) -> u64 {
    let premium = u128::from(market.params.premium_min_ppm);
    // arith-safety: a product of 64 and 32 bits, and a quotient below its first factor.
    (u128::from(market.depth_atoms) * (premium - 1_000_000)).div_ceil(premium) as u64
}

pub fn a_trade_is_its_quote(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    let (Some(trade), Some((_, _, args))) = (trades.first(), orders(sight.seen).into_iter().next()) else {
        return Ok(0);
    };
    let market = market_of(sight.seen, &trade.market)?;
    // Later trades and those after a sync or an opening meet another market than the one that is known.
    if trade.before != market.curve().into() || is_new(sight.seen, &trade.market) {
        return Ok(0);
    }
    let fee_bps = u16::try_from(trade.fee_bps).map_err(|_| "a rate above the whole")?;
    let base = market.params.trade_fees();
    let fees = TradeFees { launch_bps: fee_bps.saturating_sub(base.fee_bps), ..base };
    let sides = market.state().sides();
    let referred = trade.referrer != anchor_lang::prelude::Pubkey::default();
    let quoted = match (trade.is_buy, args.amount) {
        (true, TradeAmount::ExactIn { atoms_in, .. }) => of_buy(sides.buy_exact_in(&fees, atoms_in, referred)),
        (true, TradeAmount::ExactOut { atoms_out, .. }) => of_buy(sides.buy_exact_out(&fees, atoms_out, referred)),
        (false, TradeAmount::ExactIn { atoms_in, .. }) => of_sale(sides.sell_exact_in(&fees, atoms_in, referred)),
        (false, TradeAmount::ExactOut { atoms_out, .. }) => of_sale(sides.sell_exact_out(&fees, atoms_out, referred)),
    };
    let done = (trade.quote, trade.tokens, self::curve(&trade.after));
    hold!(quoted == Ok(done), "quoted {quoted:?}, done {done:?}");
    Ok(1)
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
