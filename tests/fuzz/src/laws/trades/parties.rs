//! Who trades, on which terms, and what the accounts say of it afterwards.

use modchains_exchange::{
    events::{CurveMoved, CurveState, MarketDeposited},
    state::{Market, Referral, TradeAmount},
};
use modchains_sdk::instruction::Token;

use crate::{
    laws::law::{Sight, Verdict, hold},
    traded::{Traded, is_new, market_of, orders, traded},
};

fn shape(market: &Market) -> CurveState {
    market.curve().into()
}

pub fn events_tell_the_accounts(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    let moved = !sight.seen.events::<CurveMoved>().is_empty() || !sight.seen.events::<MarketDeposited>().is_empty();
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Market>() {
        let here: Vec<_> = trades.iter().filter(|trade| trade.market == address).collect();
        let (Some(first), Some(last)) = (here.first(), here.last()) else { continue };
        if !moved {
            hold!(first.before == shape(&before) && last.after == shape(&after), "the events do not tell the state");
            for pair in here.windows(2) {
                hold!(pair[0].after == pair[1].before, "the events do not chain: {pair:?}");
            }
        }
        let sum = |leg: fn(&Traded) -> u64| here.iter().map(|trade| u128::from(leg(trade))).sum::<u128>();
        let dues = [
            (before.vault_due_atoms, after.vault_due_atoms, sum(|trade| trade.fee.vault_atoms)),
            (before.creator_due_atoms, after.creator_due_atoms, sum(|trade| trade.fee.creator_atoms)),
            (before.protocol_due_atoms, after.protocol_due_atoms, sum(|trade| trade.fee.protocol_atoms)),
        ];
        for (was, is, added) in dues {
            hold!(u128::from(was) + added == u128::from(is), "a due went from {was} to {is}, trades added {added}");
        }
        for trade in &here {
            let told = (trade.at_seconds, trade.parameter_epoch);
            let known = trade.parameter_epoch == u64::from(before.parameter_epoch) || moved;
            hold!(trade.at_seconds == sight.seen.now && known, "an event tells {told:?}");
        }
        facts += here.len() as u64;
    }
    for (address, before, after) in sight.seen.kept::<Referral>() {
        let here = trades.iter().filter(|trade| trade.market == before.market && trade.referrer == before.referrer);
        let earned: u128 = here.map(|trade| u128::from(trade.fee.referrer_atoms)).sum();
        let claimed = after.due_atoms == 0 && earned == 0;
        let adds_up = u128::from(before.due_atoms) + earned == u128::from(after.due_atoms);
        hold!(adds_up || claimed, "referral {address} went from {} to {}", before.due_atoms, after.due_atoms);
    }
    Ok(facts)
}

pub fn a_trade_moves_its_atoms(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    let Some(first) = trades.first() else { return Ok(0) };
    let one_party = trades.iter().all(|trade| trade.trader == first.trader && trade.market == first.market);
    if sight.seen.corrupted || !one_party || trades.len() != orders(sight.seen).len() {
        return Ok(0);
    }
    let market = market_of(sight.seen, &first.market)?;
    let quote = sight.setup.quote_of(&market).account_of(&first.trader);
    let tokens = Token::of_model(&market.model).account_of(&first.trader);
    let sign = |trade: &Traded| if trade.is_buy { 1_i128 } else { -1 };
    let quote_out: i128 = trades.iter().map(|trade| sign(trade) * i128::from(trade.quote)).sum();
    let tokens_in: i128 = trades.iter().map(|trade| sign(trade) * i128::from(trade.tokens)).sum();
    let found = (-sight.seen.token_change(&quote), sight.seen.token_change(&tokens));
    hold!(found == (quote_out, tokens_in), "the events say {:?}, the balances {found:?}", (quote_out, tokens_in));
    Ok(trades.len() as u64)
}

pub fn a_trade_keeps_its_terms(sight: &Sight) -> Verdict {
    let (trades, orders) = (traded(sight.seen), orders(sight.seen));
    if sight.seen.result.is_err() {
        return Ok(0);
    }
    hold!(trades.len() == orders.len(), "{} orders, {} trades", orders.len(), trades.len());
    for (trade, (is_buy, market, args)) in trades.iter().zip(orders) {
        hold!(trade.is_buy == is_buy && trade.market == market, "ordered on {market}, done: {trade:?}");
        let (given, got) = if is_buy { (trade.quote, trade.tokens) } else { (trade.tokens, trade.quote) };
        let kept = match args.amount {
            TradeAmount::ExactIn { atoms_in, min_atoms_out } => given == atoms_in && got >= min_atoms_out,
            TradeAmount::ExactOut { atoms_out, max_atoms_in } => got == atoms_out && given <= max_atoms_in,
        };
        hold!(kept && given > 0 && got > 0, "ordered {:?}, done {given} for {got}", args.amount);
        let (now, terms) = (sight.seen.now, args.terms);
        hold!(now < terms.deadline_seconds, "done at {now}, after {}", terms.deadline_seconds);
        let epoch = trade.parameter_epoch;
        hold!(epoch < terms.max_epoch, "done on epoch {epoch}, allowed below {}", terms.max_epoch);
        hold!(sight.seen.signers.contains(&trade.trader), "{} did not sign", trade.trader);
    }
    Ok(trades.len() as u64)
}

pub fn a_pause_stops_buys(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for trade in traded(sight.seen).iter().filter(|trade| trade.is_buy) {
        let until = market_of(sight.seen, &trade.market)?.paused_until_seconds();
        hold!(sight.seen.now >= until, "bought while paused until {until}: {trade:?}");
        facts += 1;
    }
    Ok(facts)
}

pub fn a_launch_is_protected(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Market>() {
        let Some(market) = change.after else { continue };
        let end = market.opened_at_seconds + i64::from(market.launch_seconds);
        if market.launch_seconds == 0 || sight.seen.now >= end {
            continue;
        }
        let trades = traded(sight.seen);
        let mut bought = trades.iter().filter(|trade| trade.is_buy && trade.market == change.address).peekable();
        let mut total: u128 = 0;
        // The first buy is the creator's own when it comes with the opening.
        let creator = sight.setup.ledger.models.get(&market.model).map(|model| model.creator);
        if is_new(sight.seen, &change.address) && bought.peek().map(|trade| trade.trader) == creator {
            bought.next();
            continue;
        }
        for trade in bought {
            total += u128::from(trade.tokens);
            facts += 1;
        }
        let cap = (u128::from(market.depth_opening_atoms) * u128::from(market.launch_cap_ppm) / 1_000_000).max(1);
        hold!(total <= cap, "{total} bought in one transaction of a launch, the cap is {cap}");
    }
    Ok(facts)
}
