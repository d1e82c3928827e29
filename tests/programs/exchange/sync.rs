//! How usage moves a market's curve, when it may, and what it never does.

use modchains_core::sync::SyncReason;
use modchains_exchange::{events::CurveMoved, instructions::MarketDepositArgs, state::Market};
use modchains_sdk::{
    instruction::{exchange, oracle, vault},
    twap::PriceReading,
};
use modchains_tests::{
    chain::Outcome,
    world::{
        COOLDOWN_SECONDS, EPOCH_SECONDS, FEE_ATOMS, QUOTE, Side, World, finalize_instruction, quote, revenue_mints,
    },
};
use modchains_vault::instructions::UnstakeArgs;

const SIDE: Side = Side::A;
const EPOCH: i64 = EPOCH_SECONDS as i64;

/// Syncs and checks what holds of every sync: (S), the event, and the epoch's count.
fn sync(world: &mut World) -> CurveMoved {
    let (before, usage, service) = (world.market(SIDE), world.usage(SIDE), world.service(SIDE));
    let outcome = world.must_change(&[exchange::market_sync(&SIDE.model())], &[("market", SIDE.market())]);
    let (after, event) = (world.market(SIDE), outcome.event::<CurveMoved>());
    after.state().invariant().unwrap();
    assert_eq!((event.before, event.after), (before.curve().into(), after.curve().into()));
    assert_eq!((event.market, event.at_seconds), (SIDE.market(), world.chain.now()));
    assert_eq!(event.paid_net_atoms, usage.paid_net_atoms);
    let nets = |market: &Market| (market.settled_net_atoms, market.standing_net_atoms);
    assert_eq!((event.settled_net_before_atoms, event.standing_net_before_atoms), nets(&before));
    assert_eq!((event.settled_net_after_atoms, event.standing_net_after_atoms), nets(&after));
    assert_eq!(event.price_log_seconds, after.price_log_seconds);
    if has_looked(&event) {
        assert_eq!(after.reserve_expected_atoms, service.accrued_reserve_atoms);
        assert_eq!(after.synced_at_seconds(), world.chain.now());
    }
    assert_eq!(event.parameter_epoch, u64::from(after.parameter_epoch));
    let moved = before.curve() != after.curve();
    assert_eq!(after.parameter_epoch, before.parameter_epoch + u32::from(moved));
    // A sync is no trade: it moves neither money nor tokens; what was paid in and waited may become part of the reserve.
    assert_eq!(money(&before), money(&after));
    event
}

fn money(market: &Market) -> (u64, u64) {
    (market.reserve_atoms + market.reserve_waiting_atoms, market.circulating_atoms)
}

fn has_looked(event: &CurveMoved) -> bool {
    ![SyncReason::OracleStale as u32, SyncReason::Paused as u32].contains(&event.reason)
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
    let opened = world.market(SIDE).synced_at_seconds();
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
fn dues_of_another_model_count_nowhere() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    let mut foreign = exchange::market_sync(&SIDE.model());
    foreign.accounts[2].pubkey = Side::B.service();
    world.must_refuse(&[foreign], "ServiceOfOtherModel");
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
fn a_step_up_spends_no_more_of_the_net_than_there_is_and_is_worth_no_more() {
    for requests in [1, 2, 5, 20] {
        let mut world = World::ready();
        use_model(&mut world, 1, requests);
        let (before, usage) = (world.market(SIDE), world.usage(SIDE));
        let event = sync(&mut world);
        let after = world.market(SIDE);
        assert_eq!(event.reason, SyncReason::SteppedUp as u32);
        let spent = event.standing_net_after_atoms - event.standing_net_before_atoms;
        assert!(spent > 0 && spent <= usage.paid_net_atoms && usage.paid_net_atoms < usage.non_recoverable_fees_total);
        assert_eq!(event.settled_net_after_atoms, spent);
        assert!(u32::try_from(event.step_ppm).unwrap() <= before.params.step_max_ppm);
        assert!(price(&after) > price(&before) && after.depth_atoms < before.depth_atoms);
        // All that anybody holds together cannot have gained more than twice what was spent.
        let gained = holders_atoms(&after) - holders_atoms(&before);
        assert!(gained <= 2.0 * spent as f64 + 2.0, "holders gained {gained}, spent {spent}");
    }
}

/// What a sale of half the supply pays, without a fee: where a step lifts a holding most.
fn holders_atoms(market: &Market) -> f64 {
    market.curve().sell_exact_in(market.circulating_atoms / 2).unwrap() as f64
}

#[test]
fn a_net_pays_once() {
    let mut world = World::ready();
    use_model(&mut world, 1, 2);
    assert_eq!(sync(&mut world).reason, SyncReason::SteppedUp as u32);
    for _ in 0..3 {
        world.chain.advance(EPOCH);
        sync(&mut world);
    }
    // Nothing was rolled in between.
    let (market, net) = (world.market(SIDE), world.usage(SIDE).paid_net_atoms);
    assert!(market.standing_net_atoms <= net && market.settled_net_atoms <= net, "{market:?} of {net}");
}

#[test]
fn requests_that_are_not_final_move_nothing() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    world.chain.advance(EPOCH);
    roll(&mut world);
    assert_eq!(world.usage(SIDE).paid_net_atoms, 0);
    let event = sync(&mut world);
    assert_eq!((event.step_ppm, event.paid_net_atoms), (0, 0));
    assert_eq!(event.before.depth_atoms, event.after.depth_atoms);
}

#[test]
fn what_use_that_ended_had_paid_for_is_given_back_and_no_more() {
    let mut world = World::ready();
    use_model(&mut world, 1, 5);
    let opening = world.market(SIDE).depth_atoms;
    let (mut least, mut fallen) = (opening, 0);
    for _ in 0..120 {
        world.chain.advance(48 * EPOCH);
        roll(&mut world);
        let event = sync(&mut world);
        let after = world.market(SIDE);
        fallen += u32::from(event.reason == SyncReason::SteppedDown as u32);
        least = least.min(after.depth_atoms);
        assert!(
            after.depth_atoms <= opening && after.standing_net_atoms <= world.usage(SIDE).non_recoverable_fees_total
        );
    }
    let last = world.market(SIDE);
    assert!(least < opening && fallen > 0, "the depth fell to {least} of {opening} and came back {fallen} times");
    assert!(last.depth_atoms > least, "{} is left of {least} to {opening}", last.depth_atoms);
    let net = world.usage(SIDE).paid_net_atoms;
    assert!(last.standing_net_atoms <= 2 * net, "{} stands, of {net}", last.standing_net_atoms);
}

#[test]
fn one_request_ever_lifts_the_price_by_less_than_it_cost_and_never_lowers_it() {
    let mut world = World::ready();
    let before = world.market(SIDE);
    use_model(&mut world, 1, 1);
    for _ in 0..30 {
        sync(&mut world);
        let moved = price(&world.market(SIDE)) / price(&before) - 1.0;
        let worth = moved * before.reserve_atoms as f64;
        assert!(worth > -1.0 && worth < FEE_ATOMS as f64, "one request moved the price by {moved}");
        world.chain.advance(24 * EPOCH);
        roll(&mut world);
    }
}

#[test]
fn dues_of_the_reserve_lift_the_ask_until_they_are_paid_in_and_absorbed() {
    let mut world = World::ready();
    for request in 1..=20 {
        world.serve(SIDE, request);
    }
    world.chain.advance(EPOCH);
    roll(&mut world);
    let due = world.service(SIDE).accrued_reserve_atoms;
    sync(&mut world);
    let ask_above_bid = |market: &Market| {
        let state = market.state();
        state.backing.ask_atoms(&state.curve).unwrap() - state.curve.quote_atoms().unwrap()
    };
    let market = world.market(SIDE);
    assert_eq!(market.reserve_expected_atoms, due);
    assert!(due > 0 && ask_above_bid(&market) >= due, "whoever buys now pays for what is on its way");
    world.chain.must(&[oracle::market_fees_distribute(&SIDE.model(), &quote())]);
    let paid = world.market(SIDE);
    assert_eq!((paid.reserve_expected_atoms, paid.reserve_atoms), (0, market.reserve_atoms + due));
    assert_eq!(price(&paid), price(&market), "a deposit moves no price");
    let spread = ask_above_bid(&paid);
    assert!(spread >= due);
    world.chain.advance(EPOCH);
    let event = sync(&mut world);
    assert!(event.absorbed_atoms > 0 && price(&world.market(SIDE)) > price(&paid));
    assert!(ask_above_bid(&world.market(SIDE)) < spread);
}

#[test]
fn a_gift_of_any_size_is_taken_waits_and_moves_no_price_by_itself() {
    let mut world = World::ready();
    let before = world.market(SIDE);
    let gift = 3 * before.virtual_atoms;
    let args = MarketDepositArgs { reserve_atoms: gift, creator_atoms: 0, split_atoms: 0 };
    let depositor = SIDE.person("trader");
    world.chain.must(&[exchange::market_deposit(&depositor, &SIDE.model(), &quote(), args)]);
    let given = world.market(SIDE);
    assert_eq!(price(&given), price(&before));
    assert_eq!((given.virtual_atoms, given.reserve_waiting_atoms), (1, gift - before.virtual_atoms + 1));
    for _ in 0..3 {
        let before = world.market(SIDE);
        world.chain.advance(EPOCH);
        roll(&mut world);
        sync(&mut world);
        let after = world.market(SIDE);
        assert!(after.reserve_waiting_atoms < before.reserve_waiting_atoms || before.virtual_atoms == 1);
        let risen = price(&after) / price(&before) - 1.0;
        assert!(risen <= f64::from(after.params.absorb_max_ppm) / 1e6 * (1.0 + 1e-6), "the price rose by {risen}");
    }
}

#[test]
fn readings_of_the_price_give_its_mean_over_time() {
    let mut world = World::ready();
    let earlier = PriceReading::of(&world.market(SIDE), world.chain.now()).unwrap();
    let low = world.market(SIDE).curve().spot_price_q64().unwrap() as f64;
    world.chain.advance(600);
    world.buy(SIDE, "trader", 5 * QUOTE);
    let high = world.market(SIDE).curve().spot_price_q64().unwrap() as f64;
    world.chain.advance(1_800);
    let later = PriceReading::of(&world.market(SIDE), world.chain.now()).unwrap();
    let mean = later.mean_since_q64(&earlier).unwrap() as f64;
    let expected = (low.ln() / 4.0 + high.ln() * 3.0 / 4.0).exp();
    assert!((mean / expected - 1.0).abs() < 1e-5, "{mean} {expected}");
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
fn use_read_by_the_exchange_is_what_the_oracle_wrote() {
    let mut world = World::ready();
    use_model(&mut world, 1, 3);
    assert!(world.usage(SIDE).paid_net_atoms > 0 && world.service(SIDE).accrued_reserve_atoms > 0);
    // `sync` compares the event and the market, which carry what the exchange read, with the oracle's accounts.
    sync(&mut world);
}
