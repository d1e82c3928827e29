//! Trades, a sync and a roll where there is most to do: what the budgets must hold for beside the plain cases.

use modchains_exchange::{instructions::MarketDepositArgs, state::QuoteTerms};
use modchains_sdk::instruction::{exchange, oracle};
use solana_instruction::Instruction;

use crate::world::{EPOCH_SECONDS, QUOTE, Side, World, exact_in, exact_out, quote};

const SIDE: Side = Side::A;

/// An instruction on a chain where it succeeds.
pub struct Case {
    /// Of the figure and of the budget, without `cu.`.
    pub name: &'static str,
    /// The chain.
    pub world: World,
    /// What to send.
    pub instruction: Instruction,
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let (used, traded) = (used_model(), traded_market());
    let terms = QuoteTerms { deadline_seconds: i64::MAX, max_epoch: u64::MAX };
    let (trader, model, route) = (SIDE.person("trader"), SIDE.model(), SIDE.full_route());
    let buy = |args| exchange::market_buy(&trader, &model, &quote(), args, route);
    let sell = |args| exchange::market_sell(&trader, &model, &quote(), args, route);
    let case = |name, world: &World, instruction| Case { name, world: world.clone(), instruction };
    vec![
        case("busy_market_buy", &traded, buy(exact_in(QUOTE, 0, terms))),
        case("busy_market_buy_exact_out", &traded, buy(exact_out(1_000_000_007, u64::MAX, terms))),
        case("busy_market_sell", &traded, sell(exact_in(1_000_000_007, 0, terms))),
        case("busy_market_sell_exact_out", &traded, sell(exact_out(QUOTE / 100, u64::MAX, terms))),
        case("busy_market_sync", &traded, exchange::market_sync(&model)),
        case("busy_usage_roll", &used, oracle::usage_roll(&model)),
    ]
}

/// A model that was used in the epoch that is over.
fn used_model() -> World {
    let mut world = World::ready();
    world.chain.must(&[exchange::referral_open(&SIDE.person("staker"), &SIDE.model(), &SIDE.person("staker"))]);
    for request in 1..=20 {
        world.serve(SIDE, request);
    }
    world.chain.advance(i64::from(EPOCH_SECONDS));
    world
}

/// Its market a while after its last trade, with a spread and with dues of the reserve on their way.
fn traded_market() -> World {
    let mut world = used_model();
    world.chain.must(&[oracle::usage_roll(&SIDE.model()), exchange::market_sync(&SIDE.model())]);
    let gift = MarketDepositArgs { reserve_atoms: QUOTE, creator_atoms: 0, split_atoms: 0 };
    world.chain.must(&[exchange::market_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), gift)]);
    world.chain.advance(12_345);
    world
}
