//! How usage moves a market's curve, when it may, and what it never does.

use modchains_core::sync::SyncReason;
use modchains_exchange::{events::CurveMoved, state::Market};
use modchains_sdk::instruction::{exchange, oracle, vault};
use modchains_tests::{
    chain::Outcome,
    world::{COOLDOWN_SECONDS, EPOCH_SECONDS, QUOTE, Side, World, finalize_instruction, revenue_mints},
};
use modchains_vault::instructions::UnstakeArgs;

const SIDE: Side = Side::A;
const EPOCH: i64 = EPOCH_SECONDS as i64;

/// Syncs and checks what holds of every sync: (S), the event, and the epoch's count.
fn sync(world: &mut World) -> CurveMoved {
    let (before, usage) = (world.market(SIDE), world.usage(SIDE));
    let outcome = world.must_change(&[exchange::market_sync(&SIDE.model())], &[("market", SIDE.market())]);
    let (after, event) = (world.market(SIDE), outcome.event::<CurveMoved>());
    after.state().invariant().unwrap();
    assert_eq!((event.before, event.after), (before.curve().into(), after.curve().into()));
    assert_eq!((event.market, event.at_seconds), (SIDE.market(), world.chain.now()));
    assert_eq!((event.ema_fast, event.ema_mid, event.ema_slow), (usage.ema_fast, usage.ema_mid, usage.ema_slow));
    assert_eq!(event.quality_ppm, u64::from(usage.quality_ppm));
    assert_eq!(event.parameter_epoch, after.parameter_epoch);
    let moved = before.curve() != after.curve();
    assert_eq!(after.parameter_epoch, before.parameter_epoch + u64::from(moved));
    // A sync is no trade: it moves neither money nor tokens.
    assert_eq!((event.before.reserve_atoms, event.before.circulating_atoms), money(&after));
    event
}

fn money(market: &Market) -> (u64, u64) {
    (market.reserve_atoms, market.circulating_atoms)
}

fn roll(world: &mut World) -> Outcome {
    world.chain.must(&[oracle::usage_roll(&SIDE.model())])
}

/// Serves `requests` requests, the first with number `nonce`, and closes their epoch.
fn use_model(world: &mut World, nonce: u64, requests: u64) {
    for request in nonce..nonce + requests {
        world.serve(SIDE, request);
    }
    world.chain.advance(EPOCH);
    roll(world);
}

fn price(market: &Market) -> f64 {
    let curve = market.curve();
    curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64
}

#[test]
fn a_market_syncs_no_sooner_than_an_epoch_after_it_opened() {
    let mut world = World::ready();
    let opened = world.market(SIDE).synced_at_seconds;
    for early in [opened, opened + EPOCH - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[exchange::market_sync(&SIDE.model())], "EpochNotOver");
    }
    world.chain.set_time(opened + EPOCH);
    sync(&mut world);
}

#[test]
fn a_curve_that_moved_rests_for_an_epoch() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    assert_eq!(sync(&mut world).reason, SyncReason::SteppedUp as u32);
    let moved = world.chain.now();
    for early in [moved, moved + 1, moved + EPOCH - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[exchange::market_sync(&SIDE.model())], "EpochNotOver");
    }
    world.chain.set_time(moved + EPOCH);
    sync(&mut world);
}

#[test]
fn two_syncs_in_one_transaction_are_refused_together() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    let twice = [exchange::market_sync(&SIDE.model()), exchange::market_sync(&SIDE.model())];
    world.must_refuse(&twice, "EpochNotOver");
}

#[test]
fn usage_of_another_model_moves_nothing() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    let mut foreign = exchange::market_sync(&SIDE.model());
    foreign.accounts[1].pubkey = Side::B.usage();
    world.must_refuse(&[foreign], "UsageMismatch");
}

#[test]
fn a_curve_with_no_token_sold_stays() {
    let mut world = World::configured();
    world.enrol(SIDE.person("creator"));
    for instruction in world.listing(SIDE) {
        world.chain.must(&[instruction]);
    }
    world.chain.advance(EPOCH);
    roll(&mut world);
    let event = sync(&mut world);
    assert_eq!((event.reason, event.step_ppm), (SyncReason::CirculatingTooSmall as u32, 0));
}

#[test]
fn a_curve_whose_tokens_were_all_sold_back_stays_and_sells_again() {
    let mut world = World::ready();
    let staker = SIDE.person("staker");
    let unstake = UnstakeArgs { token_atoms: world.position(SIDE, "staker").staked_atoms };
    world.chain.must(&[vault::unstake(&staker, &SIDE.model(), revenue_mints(), unstake)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[vault::unstake_withdraw(&staker, &SIDE.model())]);
    use_model(&mut world, 1, 2);
    for role in ["trader", "staker"] {
        let sell = world.sell_instruction(SIDE, role, world.model_atoms(SIDE, role));
        world.chain.must(&[sell]);
    }
    assert_eq!((world.supply(&SIDE.mint()), world.market(SIDE).circulating_atoms), (0, 0));
    assert!(world.market(SIDE).reserve_atoms > 0, "reserve fees of every trade are left");
    assert_eq!(sync(&mut world).reason, SyncReason::CirculatingTooSmall as u32);
    world.buy(SIDE, "trader", QUOTE);
}

#[test]
fn stale_usage_keeps_the_parameters_and_trading_goes_on() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    let stale_after = i64::from(world.market(SIDE).params.usage_stale_seconds);
    let rolled = world.usage(SIDE).rolled_at_seconds;
    world.chain.set_time(rolled + stale_after + 1);
    let event = sync(&mut world);
    assert_eq!((event.reason, event.step_ppm), (SyncReason::OracleStale as u32, 0));
    assert_eq!(event.before, event.after);
    world.buy(SIDE, "trader", QUOTE);
    let sell = world.sell_instruction(SIDE, "trader", 1_000_000_000);
    world.chain.must(&[sell]);
    // A roll brings usage up to date, and what was paid still counts.
    roll(&mut world);
    let event = sync(&mut world);
    assert_ne!(event.reason, SyncReason::OracleStale as u32);
}

#[test]
fn usage_is_fresh_up_to_the_last_second() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    let stale_after = i64::from(world.market(SIDE).params.usage_stale_seconds);
    let rolled = world.usage(SIDE).rolled_at_seconds;
    world.chain.set_time(rolled + stale_after);
    assert_eq!(sync(&mut world).reason, SyncReason::SteppedUp as u32);
}

#[test]
fn an_upward_step_is_worth_no_more_than_the_usage_fees_that_were_lost() {
    for requests in [1, 2, 5, 20] {
        let mut world = World::ready();
        use_model(&mut world, 1, requests);
        let (before, usage) = (world.market(SIDE), world.usage(SIDE));
        let event = sync(&mut world);
        let after = world.market(SIDE);
        assert_eq!(event.reason, SyncReason::SteppedUp as u32);
        let step = u64::try_from(event.step_ppm).unwrap();
        let lost = usage.non_recoverable_fees_total;
        assert!(step * before.reserve_atoms / 1_000_000 <= lost, "step {step} ppm, lost {lost}");
        assert!(step <= u64::from(before.params.step_max_ppm));
        let risen = price(&after) / price(&before) - 1.0;
        assert!(risen > 0.0 && risen <= event.step_ppm as f64 / 1e6 * (1.0 + 1e-9), "price rose by {risen}");
        assert_eq!(after.usage_fees_seen_atoms, lost);
    }
}

#[test]
fn fees_that_paid_for_one_step_do_not_pay_for_another() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    assert_eq!(sync(&mut world).reason, SyncReason::SteppedUp as u32);
    world.chain.advance(EPOCH);
    roll(&mut world);
    let event = sync(&mut world);
    assert_eq!(event.reason, SyncReason::UsageFeesTooSmall as u32);
    assert_eq!(event.before, event.after);
}

#[test]
fn requests_that_are_not_final_move_nothing() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    world.chain.advance(EPOCH);
    roll(&mut world);
    assert_eq!(world.usage(SIDE).ema_fast, 0);
    let event = sync(&mut world);
    assert!(event.reason != SyncReason::SteppedUp as u32 && event.step_ppm >= 0);
    assert_eq!((event.ema_fast, event.ema_mid, event.ema_slow), (0, 0, 0));
}

#[test]
fn the_curve_comes_down_when_usage_stops() {
    let mut world = World::ready();
    use_model(&mut world, 1, 5);
    assert_eq!(sync(&mut world).reason, SyncReason::SteppedUp as u32);
    let mut fallen = 0;
    for _ in 0..12 {
        world.chain.advance(24 * EPOCH);
        roll(&mut world);
        let before = world.market(SIDE);
        let event = sync(&mut world);
        if event.reason == SyncReason::SteppedDown as u32 {
            let after = world.market(SIDE);
            assert!(event.step_ppm < 0 && price(&after) < price(&before));
            let fall = 1.0 - price(&after) / price(&before);
            assert!(fall <= f64::from(event.step_ppm.unsigned_abs()) / 1e6, "price fell by {fall}");
            fallen += 1;
        }
    }
    assert!(fallen >= 5, "usage stopped for twelve days, yet the curve came down {fallen} times only");
}

#[test]
fn no_day_moves_the_curve_further_than_its_drift_allows() {
    let mut world = World::ready();
    let (mut nonce, mut steps) = (1, Vec::new());
    for _ in 0..72 {
        for _ in 0..12 {
            world.answer(SIDE, nonce);
            nonce += 1;
        }
        world.chain.advance(EPOCH);
        for request in nonce - 12..nonce {
            world.chain.must(&[finalize_instruction(SIDE, request)]);
        }
        if let Ok(outcome) = world.chain.send(&[exchange::market_sync(&SIDE.model())]) {
            let event: CurveMoved = outcome.event();
            steps.push((event.at_seconds, event.step_ppm));
            world.market(SIDE).state().invariant().unwrap();
        }
    }
    let drift = i64::from(world.market(SIDE).params.drift_max_ppm);
    for (start, _) in &steps {
        let day = steps.iter().filter(|(at, step)| (*start..start + 86_400).contains(at) && *step > 0);
        assert!(day.map(|(_, step)| i64::from(*step)).sum::<i64>() <= drift);
    }
    assert!(steps.iter().filter(|(_, step)| *step > 0).count() > 20, "the curve moved: {steps:?}");
}

#[test]
fn usage_read_by_the_exchange_is_what_the_oracle_wrote() {
    let mut world = World::ready();
    use_model(&mut world, 1, 3);
    let usage = world.usage(SIDE);
    assert!(usage.ema_fast > usage.ema_mid && usage.ema_mid > usage.ema_slow && usage.ema_slow > 0);
    // `sync` compares the event, which carries what the exchange read, with the oracle's account.
    sync(&mut world);
}
