//! Pauses of one market by the admin.

use std::mem::offset_of;

use anchor_lang::prelude::Pubkey;
use modchains_core::market::PAUSE_SECONDS_MAX;
use modchains_exchange::{
    events::{MarketPaused, PauseBudgetClosed},
    state::Market,
};
use modchains_sdk::{
    address,
    instruction::exchange::{self, TradeRoute},
};
use modchains_tests::{
    chain::key,
    world::{QUOTE, Side, World, exact_in, fresh_terms, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

const WEEK: i64 = PAUSE_SECONDS_MAX as i64;

fn admin() -> Pubkey {
    key("admin").pubkey()
}

fn budget() -> Pubkey {
    address::exchange::pause_budget(&SIDE.market())
}

fn pause(until_seconds: i64) -> Instruction {
    exchange::market_pause(&admin(), &SIDE.model(), until_seconds)
}

fn close() -> Instruction {
    exchange::pause_budget_close(&SIDE.model(), &admin())
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
    let named = [("admin, who pays", admin()), ("market", SIDE.market()), ("budget", budget())];
    let event: MarketPaused = world.must_change(&[pause(until)], &named).event();
    assert_eq!((event.market, event.until_seconds, event.used_seconds), (SIDE.market(), until, 100));
    let buy = trade(&world, SIDE, true);
    world.must_refuse(&[buy], "MarketPaused");
    world.chain.must(&[trade(&world, SIDE, false), trade(&world, Side::B, true)]);
    let mut over = world.clone();
    over.chain.set_time(until);
    over.chain.must(&[trade(&over, SIDE, true)]);
    world.chain.must(&[pause(0), trade(&world, SIDE, true)]);
}

/// Ten weeks of pauses, each renewed when it ends, were possible once.
#[test]
fn an_admin_pauses_a_market_for_two_weeks_of_a_quarter_and_not_a_second_more() {
    let mut world = World::ready();
    let mut paused_weeks = 0;
    for _ in 0..10 {
        let now = world.chain.now();
        match world.chain.send(&[pause(now + WEEK)]) {
            Ok(_) => paused_weeks += 1,
            Err(refusal) => assert_eq!(refusal.name, "PauseBudgetSpent"),
        }
        world.chain.advance(WEEK);
    }
    assert_eq!(paused_weeks, 2);
    let now = world.chain.now();
    world.must_refuse(&[pause(now + 1)], "PauseBudgetSpent");
    // Trading goes on meanwhile, and another market has a budget of its own.
    let buy = world.buy_instruction(SIDE, "trader", QUOTE);
    world.chain.must(&[buy, exchange::market_pause(&admin(), &Side::B.model(), now + WEEK)]);
    world.chain.advance(15 * WEEK);
    let now = world.chain.now();
    world.chain.must(&[pause(now + WEEK)]);
}

#[test]
fn a_pause_that_is_lifted_gives_back_the_rest_and_a_spent_budget_stops_no_resumption() {
    let mut world = World::ready();
    let start = world.chain.now();
    world.chain.must(&[pause(start + WEEK)]);
    world.chain.advance(3_600);
    let event: MarketPaused = world.chain.must(&[pause(0)]).event();
    assert_eq!(event.used_seconds, 3_600);
    let now = world.chain.now();
    world.chain.must(&[pause(now + WEEK)]);
    world.chain.set_time(now + WEEK);
    world.must_refuse(&[pause(now + 2 * WEEK)], "PauseBudgetSpent");
    world.chain.must(&[pause(now + 2 * WEEK - 3_600)]);
    let event: MarketPaused = world.chain.must(&[pause(0)]).event();
    assert_eq!(event.used_seconds, 3_600 + WEEK as u64);
}

#[test]
fn a_budget_is_closed_when_no_pause_counts_and_its_rent_goes_to_who_paid() {
    let mut world = World::ready();
    let start = world.chain.now();
    world.must_refuse(&[close()], "AccountOwnedByWrongProgram");
    world.chain.must(&[pause(start + 60)]);
    for early in [start, start + 60, start + 14 * WEEK] {
        world.chain.set_time(early);
        world.must_refuse(&[close()], "PauseBudgetInUse");
    }
    world.chain.set_time(start + 16 * WEEK);
    let elsewhere = exchange::pause_budget_close(&SIDE.model(), &SIDE.person("trader"));
    world.must_refuse(&[elsewhere], "RentReceiverMismatch");
    let closed: PauseBudgetClosed =
        world.must_change(&[close()], &[("budget, closed", budget()), ("admin, who gets the rent", admin())]).event();
    assert_eq!((closed.market, closed.paid_by), (SIDE.market(), admin()));
    assert!(world.chain.raw(&budget()).is_none());
    world.chain.must(&[pause(start + 16 * WEEK + 60)]);
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
