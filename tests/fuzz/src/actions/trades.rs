//! Buys and sales: exact in and exact out, with and without referrer, with good and bad terms, alone and several in one
//! transaction.

use anchor_lang::prelude::Pubkey;
use modchains_core::fees::TradeFees;
use modchains_exchange::state::{Market, MarketTradeArgs, QuoteTerms, TradeAmount};
use modchains_sdk::instruction::{
    Token,
    exchange::{self, TradeRoute},
};
use solana_instruction::Instruction;

use super::action::{Action, Expect, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "market_buy", weight: 90, build: buy },
    Action { name: "market_sell", weight: 70, build: sell },
    Action { name: "flash_trade", weight: 12, build: flash },
    Action { name: "twin_buys", weight: 5, build: twins },
    Action { name: "trade_around_sync", weight: 8, build: around_sync },
];

/// End of a market's launch protection, if it has one.
pub fn launch_end(market: &Market) -> Option<i64> {
    (market.launch_seconds > 0).then(|| market.opened_at_seconds + i64::from(market.launch_seconds))
}

/// End of a market's pause, if it was ever paused.
pub fn pause_end(market: &Market) -> Option<i64> {
    (market.paused_until_after_seconds > 0).then_some(market.paused_until_seconds())
}

/// A trade as one of the formulas sees it: what goes in, what comes out.
type Quoted = Result<(u64, u64), modchains_core::CoreError>;

struct Order {
    market: Market,
    address: Pubkey,
    quote: Token,
    trader: Pubkey,
    fees: TradeFees,
    referrer: Option<Pubkey>,
    now: i64,
}

impl Order {
    fn choose(setup: &Setup, pick: &mut Pick, holders_only: bool) -> Option<Self> {
        let now = setup.chain.now();
        let all: Vec<_> = setup.ledger.markets.iter().collect();
        // Launches are short: whoever finds one trades there.
        let is_launch = |market: &Market| market.launch_terms().is_on(market.opened_at_seconds, now);
        let launches: Vec<_> = all.iter().filter(|(_, market)| is_launch(market)).copied().collect();
        let in_launch = pick.percent(40);
        let (address, market) = pick.one(if in_launch && !launches.is_empty() { &launches } else { &all })?;
        let token = Token::of_model(&market.model);
        let may = |person: &&Pubkey| !holders_only || setup.atoms(&token.account_of(person)) > 0;
        let careless = pick.percent(3);
        let traders: Vec<_> = setup.people.iter().filter(|person| careless || may(person)).collect();
        let trader = **pick.one(&traders)?;
        let referrals: Vec<_> =
            setup.ledger.referrals.values().filter(|referral| referral.market == **address).collect();
        let referrer = if pick.percent(35) { pick.one(&referrals).map(|found| found.referrer) } else { None };
        let fees = market.trade_fees(now).ok()?;
        let quote = setup.quote_of(market);
        Some(Self { market: **market, address: **address, quote, trader, fees, referrer, now })
    }

    fn token(&self) -> Token {
        Token::of_model(&self.market.model)
    }

    fn in_launch(&self) -> bool {
        self.market.launch_terms().is_on(self.market.opened_at_seconds, self.now)
    }

    fn quote_buy(&self, amount: &TradeAmount) -> Quoted {
        let (sides, referred) = (self.market.state().sides(), self.referrer.is_some());
        let buy = match *amount {
            TradeAmount::ExactIn { atoms_in, .. } => sides.buy_exact_in(&self.fees, atoms_in, referred),
            TradeAmount::ExactOut { atoms_out, .. } => sides.buy_exact_out(&self.fees, atoms_out, referred),
        }?;
        Ok((buy.quote_atoms_in, buy.token_atoms_out))
    }

    fn quote_sell(&self, amount: &TradeAmount) -> Quoted {
        let (sides, referred) = (self.market.state().sides(), self.referrer.is_some());
        let sale = match *amount {
            TradeAmount::ExactIn { atoms_in, .. } => sides.sell_exact_in(&self.fees, atoms_in, referred),
            TradeAmount::ExactOut { atoms_out, .. } => sides.sell_exact_out(&self.fees, atoms_out, referred),
        }?;
        Ok((sale.token_atoms_in, sale.quote_atoms_out))
    }

    fn terms(&self, pick: &mut Pick) -> QuoteTerms {
        let deadline_seconds = match pick.below(40) {
            0 => self.now,
            1 => self.now - 1,
            2 => self.now + 1,
            3 => i64::MAX,
            _ => self.now + 60,
        };
        let max_epoch = match pick.below(40) {
            0 => self.market.parameter_epoch.into(),
            1 => 0,
            2 => u64::MAX,
            _ => u64::from(self.market.parameter_epoch) + 1,
        };
        QuoteTerms { deadline_seconds, max_epoch }
    }

    fn instruction(&self, is_buy: bool, amount: TradeAmount, terms: QuoteTerms) -> Instruction {
        let build = if is_buy { exchange::market_buy } else { exchange::market_sell };
        let route = TradeRoute { referrer: self.referrer, launch: is_buy && self.in_launch() };
        build(&self.trader, &self.market.model, &self.quote, MarketTradeArgs { amount, terms }, route)
    }
}

/// Gives a limit to an exact trade: none, the quote itself, one atom too tight, or anything.
fn limited(amount: TradeAmount, quoted: &Quoted, pick: &mut Pick) -> TradeAmount {
    let choice = pick.below(20);
    let any = pick.magnitude(u64::MAX);
    match (amount, quoted) {
        (TradeAmount::ExactIn { atoms_in, .. }, Ok((_, out))) => {
            let min_atoms_out = match choice {
                0 => out.saturating_add(1),
                1..=6 => *out,
                7 => any,
                _ => 0,
            };
            TradeAmount::ExactIn { atoms_in, min_atoms_out }
        }
        (TradeAmount::ExactOut { atoms_out, .. }, Ok((atoms_in, _))) => {
            let max_atoms_in = match choice {
                0 => atoms_in.saturating_sub(1),
                1..=6 => *atoms_in,
                7 => any,
                _ => u64::MAX,
            };
            TradeAmount::ExactOut { atoms_out, max_atoms_in }
        }
        (amount, Err(_)) => amount,
    }
}

fn within(amount: &TradeAmount, atoms_in: u64, atoms_out: u64) -> bool {
    match *amount {
        TradeAmount::ExactIn { min_atoms_out, .. } => atoms_out >= min_atoms_out,
        TradeAmount::ExactOut { max_atoms_in, .. } => atoms_in <= max_atoms_in,
    }
}

fn verdict(order: &Order, amount: &TradeAmount, terms: QuoteTerms, quoted: &Quoted, held: u64, is_buy: bool) -> Expect {
    let (atoms_in, atoms_out) = quoted.unwrap_or((0, 0));
    let cap = order.market.launch_terms().cap_atoms(order.market.depth_opening_atoms).unwrap_or(0);
    let reasons = [
        (order.now >= terms.deadline_seconds, "the deadline has passed"),
        (u64::from(order.market.parameter_epoch) >= terms.max_epoch, "the curve has moved"),
        (quoted.is_err(), "the formulas refuse it"),
        (!within(amount, atoms_in, atoms_out), "the limit is not kept"),
        (atoms_in > held, "the trader has less"),
        (is_buy && order.now < order.market.paused_until_seconds(), "the market is paused"),
        (is_buy && order.in_launch() && atoms_out > cap, "it exceeds the launch's cap"),
    ];
    expect(&reasons, if is_buy { "it is a valid buy" } else { "a valid sale is never blocked" })
}

/// About what the market's curve can take: most trades move the price, few break it.
fn sensible(market: &Market, held: u64, pick: &mut Pick) -> u64 {
    let side = market.reserve_atoms.saturating_add(market.virtual_atoms);
    if pick.percent(90) { held.min(side.saturating_mul(2)) } else { held }
}

fn bought(order: &Order, held: u64, pick: &mut Pick) -> TradeAmount {
    if pick.percent(65) {
        let most = sensible(&order.market, held, pick);
        TradeAmount::ExactIn { atoms_in: pick.amount(most), min_atoms_out: 0 }
    } else {
        let left = order.market.depth_atoms - order.market.circulating_atoms;
        let most = if pick.percent(90) { left / 3 } else { left };
        TradeAmount::ExactOut { atoms_out: pick.amount(most), max_atoms_in: u64::MAX }
    }
}

fn buy(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let order = Order::choose(setup, pick, false)?;
    let held = setup.atoms(&order.quote.account_of(&order.trader));
    let mut amount = bought(&order, held, pick);
    if order.in_launch() && pick.percent(60) {
        let cap = order.market.launch_terms().cap_atoms(order.market.depth_opening_atoms).ok()?;
        amount = TradeAmount::ExactOut { atoms_out: pick.amount(cap), max_atoms_in: u64::MAX };
    }
    let quoted = order.quote_buy(&amount);
    let amount = limited(amount, &quoted, pick);
    let terms = order.terms(pick);
    let expect = verdict(&order, &amount, terms, &quoted, held, true);
    let what = format!("{} buys {} {amount:?}", short(&order.trader), short(&order.address));
    Some(Plan { expect, ..Plan::one(order.instruction(true, amount, terms), what) })
}

fn sold(order: &Order, held: u64, pick: &mut Pick) -> TradeAmount {
    if pick.percent(65) {
        TradeAmount::ExactIn { atoms_in: pick.amount(held), min_atoms_out: 0 }
    } else {
        TradeAmount::ExactOut { atoms_out: pick.amount(order.market.reserve_atoms / 4), max_atoms_in: u64::MAX }
    }
}

fn sell(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let order = Order::choose(setup, pick, true)?;
    let held = setup.atoms(&order.token().account_of(&order.trader));
    let amount = sold(&order, held, pick);
    let quoted = order.quote_sell(&amount);
    let amount = limited(amount, &quoted, pick);
    let terms = order.terms(pick);
    let expect = verdict(&order, &amount, terms, &quoted, held, false);
    let what = format!("{} sells {} {amount:?}", short(&order.trader), short(&order.address));
    Some(Plan { expect, ..Plan::one(order.instruction(false, amount, terms), what) })
}

/// Terms that hold for a minute, whatever the parameters become.
pub fn open_terms(now: i64) -> QuoteTerms {
    QuoteTerms { deadline_seconds: now + 60, max_epoch: u64::MAX }
}

/// Buys and sells again in one transaction, sometimes in pieces.
fn flash(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let order = Order::choose(setup, pick, false)?;
    let held = setup.atoms(&order.quote.account_of(&order.trader));
    let most = sensible(&order.market, held, pick);
    let atoms_in = pick.affordable(most);
    let bought = order.quote_buy(&TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }).ok()?.1;
    let terms = open_terms(order.now);
    let mut instructions = vec![order.instruction(true, TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }, terms)];
    let pieces = 1 + pick.below(3);
    for piece in 0..pieces {
        let atoms_in = if piece + 1 == pieces { bought - bought / pieces * piece } else { bought / pieces };
        instructions.push(order.instruction(false, TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }, terms));
    }
    let what = format!("{} buys for {atoms_in} and sells it at once in {pieces} parts", short(&order.trader));
    Some(Plan { instructions, what, ..Plan::default() })
}

/// Two buys in one transaction, during a launch at the edge of its cap.
fn twins(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let order = Order::choose(setup, pick, false)?;
    let cap = order.market.launch_terms().cap_atoms(order.market.depth_opening_atoms).ok()?;
    let most = if order.in_launch() { cap } else { (order.market.depth_atoms - order.market.circulating_atoms) / 8 };
    let first = pick.affordable(most);
    let rest = if pick.percent(50) { most - first } else { pick.affordable(most) };
    let terms = open_terms(order.now);
    let instructions = [first, rest]
        .map(|atoms_out| order.instruction(true, TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX }, terms));
    let what = format!("{} buys {first} and {rest} at once", short(&order.trader));
    Some(Plan { instructions: instructions.to_vec(), what, ..Plan::default() })
}

/// Trades right before, and the other way right after, a sync in the same transaction.
fn around_sync(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let order = Order::choose(setup, pick, true)?;
    let held = setup.atoms(&order.token().account_of(&order.trader));
    let (terms, atoms) = (open_terms(order.now), pick.affordable(held));
    let sale = TradeAmount::ExactIn { atoms_in: atoms, min_atoms_out: 0 };
    let purchase = TradeAmount::ExactOut { atoms_out: atoms, max_atoms_in: u64::MAX };
    let sync = exchange::market_sync(&order.market.model);
    let instructions = if pick.percent(50) {
        vec![order.instruction(false, sale, terms), sync, order.instruction(true, purchase, terms)]
    } else {
        vec![order.instruction(true, purchase, terms), sync, order.instruction(false, sale, terms)]
    };
    let what = format!("{} trades {atoms} around a sync", short(&order.trader));
    Some(Plan { instructions, what, ..Plan::default() })
}

/// What a creator may buy in the very transaction that opens the market, or somebody else may try to.
pub fn first_buy(creator: &Pubkey, model: &Pubkey, quote: &Token, setup: &Setup, pick: &mut Pick) -> Instruction {
    let trader = setup.mostly(*creator, pick);
    let amount = TradeAmount::ExactIn { atoms_in: pick.magnitude(1_000_000_000_000), min_atoms_out: 0 };
    let args = MarketTradeArgs { amount, terms: open_terms(setup.chain.now()) };
    exchange::market_buy(&trader, model, quote, args, TradeRoute { referrer: None, launch: true })
}
