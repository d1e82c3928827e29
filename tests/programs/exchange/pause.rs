//! Pauses of one market by the admin.

use std::mem::offset_of;

use modchains_core::market::PAUSE_SECONDS_MAX;
use modchains_exchange::{events::MarketPaused, state::Market};
use modchains_sdk::instruction::exchange::{self, TradeRoute};
use modchains_tests::{
    chain::key,
    world::{QUOTE, Side, World, exact_in, fresh_terms, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn pause(until_seconds: i64) -> Instruction {
    exchange::market_pause(&key("admin").pubkey(), &SIDE.model(), until_seconds)
}

#[test]
fn nobody_but_the_admin_pauses_a_market_and_not_for_longer_than_a_week() {
    let mut world = World::ready();
    let now = world.chain.now();
    world.must_refuse(&[exchange::market_pause(&SIDE.person("creator"), &SIDE.model(), now + 1)], "NotAdmin");
    let latest = now + i64::from(PAUSE_SECONDS_MAX);
    for wrong in [-1, latest + 1, i64::MAX] {
        world.must_refuse(&[pause(wrong)], "PauseTooLong");
    }
    world.chain.must(&[pause(latest)]);
}

#[test]
fn a_pause_stops_buys_of_one_market_until_it_is_over_or_lifted() {
    let mut world = World::ready();
    let until = world.chain.now() + 100;
    let trade = |world: &World, side: Side, buys: bool| {
        let (args, route) = (exact_in(QUOTE, 0, fresh_terms(&world.chain)), TradeRoute::default());
        let trade = if buys { exchange::market_buy } else { exchange::market_sell };
        trade(&side.person("trader"), &side.model(), &quote(), args, route)
    };
    world.chain.must(&[trade(&world, SIDE, true)]);
    let paused = world.must_change(&[pause(until)], &[("market", SIDE.market())]);
    let event: MarketPaused = paused.event();
    assert_eq!((event.market, event.until_seconds), (SIDE.market(), until));
    let buy = trade(&world, SIDE, true);
    world.must_refuse(&[buy], "MarketPaused");
    world.chain.must(&[trade(&world, SIDE, false), trade(&world, Side::B, true)]);
    let mut over = world.clone();
    over.chain.set_time(until);
    over.chain.must(&[trade(&over, SIDE, true)]);
    world.chain.must(&[pause(0), trade(&world, SIDE, true)]);
}

/// Whatever else is wrong with a market, no instruction of its own leaves it so.
#[test]
fn a_market_that_does_not_cover_its_tokens_is_not_paused() {
    let mut world = World::ready();
    let mut account = world.chain.raw(&SIDE.market()).unwrap();
    let reserve = 8 + offset_of!(Market, reserve_atoms);
    account.data[reserve..reserve + 8].fill(0);
    assert!(world.market(SIDE).circulating_atoms > 0);
    world.chain.svm.set_account(SIDE.market(), account).unwrap();
    let until = world.chain.now() + 1;
    world.must_refuse(&[pause(until)], "NotSolvent");
}
