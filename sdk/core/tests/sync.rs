//! Laws of the net: what moves a market, what it pays, and that what use gave use takes back, no more and no less.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    curve::Curve,
    market::{self, MarketParams, MarketRules, MarketState, TradeSide},
    sync::{DriftBudget, StepPricing, SyncReason, SyncState},
};
use proptest::prelude::*;

use common::{DEPTH, EPOCH, any_atoms, exact_in, moved_market, order, price_falls, synced, usual_market};

const PARAMS: MarketParams = MarketParams::DEFAULT;

/// `p' / p`, exact to 50 bits.
fn price_ratio(before: &Curve, after: &Curve) -> f64 {
    let price = |curve: &Curve| curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64;
    price(after) / price(before)
}

/// Syncs once per epoch on these nets, from the first epoch on.
fn played(state: &MarketState, rules: &MarketRules, nets: &[u64]) -> MarketState {
    let start = state.sync.synced_at_seconds;
    let epochs = (1..).map(|epoch| start + epoch * EPOCH);
    nets.iter().zip(epochs).fold(*state, |state, (net, now)| synced(&state, rules, *net, now).state_after)
}

/// The gain of the largest step up, which the net is measured in.
fn largest_gain(state: &MarketState, rules: &MarketRules) -> u64 {
    let (curve, supply) = (state.curve, state.sync.supply);
    let room = u128::from(curve.depth_atoms - supply.high_atoms(curve.circulating_atoms));
    let size = u128::from(rules.params.step_max_ppm);
    let cut = (room * size / (1_000_000 + size)) as u64;
    let pricing = StepPricing::new(&curve, supply.pricing_atoms(curve.circulating_atoms, curve.depth_atoms)).unwrap();
    pricing.gain_atoms(curve.depth_atoms - cut, curve.depth_atoms).unwrap()
}

/// The net that these changes lead to, in gains of a largest step; it starts at zero and stays above it.
fn course(state: &MarketState, rules: &MarketRules, changes: &[f64]) -> Vec<u64> {
    let unit = largest_gain(state, rules) as f64;
    let mut net = 0.0_f64;
    let next = |change: &f64| {
        net = (net + change * unit).max(0.0);
        net as u64
    };
    changes.iter().map(next).collect()
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_step_goes_the_way_of_use_and_costs_no_more_than_use_changed((state, rules) in moved_market(), net in any_atoms()) {
        let moved = synced(&state, &rules, net, EPOCH);
        let (before, after) = (state.sync, moved.state_after.sync);
        let (low, high) = (before.settled_net_atoms.min(net), before.settled_net_atoms.max(net));
        prop_assert!((low..=high).contains(&after.settled_net_atoms), "toward the net and never past it");
        match moved.reason {
            SyncReason::SteppedUp => {
                prop_assert!(net > before.settled_net_atoms);
                prop_assert!(after.standing_net_atoms - before.standing_net_atoms <= net - before.settled_net_atoms);
                prop_assert!(moved.state_after.curve.depth_atoms < state.curve.depth_atoms);
            }
            SyncReason::SteppedDown => {
                prop_assert!(net < before.settled_net_atoms);
                prop_assert!(after.standing_net_atoms <= before.standing_net_atoms);
                prop_assert!(moved.state_after.curve.depth_atoms > state.curve.depth_atoms);
            }
            _ => {
                prop_assert_eq!(moved.state_after.curve.depth_atoms, state.curve.depth_atoms);
                prop_assert!(!price_falls(&state.curve, &moved.state_after.curve));
            }
        }
        prop_assert!(moved.reason == SyncReason::SteppedDown || !price_falls(&state.curve, &moved.state_after.curve));
    }

    #[test]
    fn a_step_pays_at_least_what_anybody_gains_from_it(
        (mut state, rules) in moved_market(), net in any_atoms(), part in 0.0f64..1.0,
    ) {
        // On the boundary of (S), where nothing is left to absorb.
        state.curve.virtual_atoms = state.backing.boundary_atoms(&state.curve).unwrap();
        let moved = synced(&state, &rules, net, EPOCH);
        let paid = state.sync.settled_net_atoms.abs_diff(moved.state_after.sync.settled_net_atoms);
        let supply = state.curve.circulating_atoms;
        for holding in [1, (supply as f64 * part) as u64, supply / 3, supply / 2, supply] {
            let worth = |curve: &Curve| curve.sell_exact_in(holding).map_or(0, i128::from);
            let gained = worth(&moved.state_after.curve) - worth(&state.curve);
            match moved.reason {
                SyncReason::SteppedUp => prop_assert!(gained <= i128::from(paid) + 1, "{gained} {paid}"),
                SyncReason::SteppedDown => prop_assert!(-gained <= i128::from(paid) + 1, "{gained} {paid}"),
                _ => {}
            }
        }
    }

    #[test]
    fn a_fall_gives_back_its_part_of_what_was_taken_and_never_more(
        (state, rules) in moved_market(), net_part in 0.0f64..1.0,
    ) {
        let net = (state.sync.settled_net_atoms as f64 * net_part) as u64;
        let moved = synced(&state, &rules, net, EPOCH);
        let (taken, standing) = (rules.depth_opening_atoms - state.curve.depth_atoms, state.sync.standing_net_atoms);
        prop_assert!(moved.state_after.curve.depth_atoms <= rules.depth_opening_atoms);
        if moved.reason == SyncReason::SteppedDown {
            let given_back = moved.state_after.curve.depth_atoms - state.curve.depth_atoms;
            let left = rules.depth_opening_atoms - moved.state_after.curve.depth_atoms;
            let fall = (state.sync.settled_net_atoms - net).min(standing);
            let spent = standing - moved.state_after.sync.standing_net_atoms;
            // The part of the fall in what stands; forfeits have lowered what stands first.
            if state.sync.settled_net_atoms - net <= 2 * largest_gain(&state, &rules) {
                prop_assert!(u128::from(given_back) * u128::from(standing) <= u128::from(taken) * u128::from(fall));
                prop_assert!(u128::from(spent) * u128::from(taken) >= u128::from(standing) * u128::from(given_back));
            }
            prop_assert!(left > 0 || moved.state_after.sync.standing_net_atoms <= standing);
        }
    }

    #[test]
    fn nothing_falls_below_the_opening_depth_whatever_use_and_traders_do(
        (state, mut rules) in moved_market(), acts in prop::collection::vec((any_atoms(), 0u32..4, 0.0f64..1.0), 1..60),
    ) {
        rules.depth_opening_atoms = state.curve.depth_atoms;
        let mut state = state;
        for (epoch, (net, act, part)) in (1..).zip(acts) {
            let side = if act == 0 { TradeSide::Buy } else { TradeSide::Sell };
            let whole = if act == 0 { state.curve.quote_atoms().unwrap() } else { state.curve.circulating_atoms };
            if act < 2 && let Ok(trade) = market::trade(&state, &rules, &order(side, exact_in((whole as f64 * part) as u64)), epoch * EPOCH) {
                state = trade.state_after;
            }
            state = synced(&state, &rules, net, epoch * EPOCH).state_after;
            prop_assert!(state.curve.depth_atoms <= rules.depth_opening_atoms);
        }
    }

    #[test]
    fn the_premium_stays_within_its_bounds((state, rules) in moved_market(), net in any_atoms()) {
        let moved = synced(&state, &rules, net, EPOCH);
        let (depth, high) = (u128::from(moved.state_after.curve.depth_atoms), u128::from(state.curve.circulating_atoms));
        // Y' / (Y' - C_hi) against the bound, as cross products.
        match moved.reason {
            SyncReason::SteppedUp => prop_assert!(depth * 1_000_000 <= u128::from(PARAMS.premium_max_ppm) * (depth - high)),
            SyncReason::SteppedDown => prop_assert!(depth * 1_000_000 >= u128::from(PARAMS.premium_min_ppm) * (depth - high)),
            _ => {}
        }
    }

    #[test]
    fn a_sync_right_before_the_roll_voids_nothing(
        sold in 0.1f64..0.9, rises in prop::collection::vec(0.0f64..1.5, 1..20), early in 0usize..20,
    ) {
        // Somebody syncs on the old figures, so that the next sync comes an epoch later.
        let (state, rules) = usual_market(1 << 44, sold);
        let mut nets = course(&state, &rules, &rises);
        let early = early.min(rises.len());
        let old = early.checked_sub(1).map_or(0, |before| nets[before]);
        // Long enough for what waits to be worked off.
        nets.extend(vec![*nets.last().unwrap(); 30]);
        let mut late = nets.clone();
        late.insert(early, old);
        let (usual, late) = (played(&state, &rules, &nets), played(&state, &rules, &late));
        let taken = |after: &MarketState| (DEPTH - after.curve.depth_atoms) as f64;
        // What a largest step leaves over is priced a little differently after it.
        prop_assert!(taken(&late) >= taken(&usual) * 0.99 - 1e6, "{} of {}", taken(&late), taken(&usual));
        prop_assert!(late.sync.standing_net_atoms <= *nets.last().unwrap());
    }

    #[test]
    fn a_net_sampled_late_gives_no_more_than_sampled_each_epoch(
        sold in 0.1f64..0.9, changes in prop::collection::vec(-1.0f64..3.0, 2..40), seen in prop::collection::vec(any::<bool>(), 40),
        only_rises: bool,
    ) {
        let (state, rules) = usual_market(1 << 44, sold);
        let changes: Vec<f64> = changes.into_iter().map(|change| if only_rises { change.abs() } else { change }).collect();
        let nets = course(&state, &rules, &changes);
        let each = played(&state, &rules, &nets);
        let mut seldom = state;
        for ((epoch, net), seen) in (1..).zip(&nets).zip(seen) {
            if seen || epoch == nets.len() as i64 {
                seldom = synced(&seldom, &rules, *net, epoch * EPOCH).state_after;
            }
        }
        // What stands was paid for by rises that were there: never more than all of them.
        let risen: u64 = nets.iter().scan(0, |seen, net| Some(net.saturating_sub(std::mem::replace(seen, *net)))).sum();
        prop_assert!(seldom.sync.standing_net_atoms <= risen && each.sync.standing_net_atoms <= risen);
        if only_rises {
            // A thousand of 10^15 for roundings of the price.
            let (late, usual) = (seldom.curve.depth_atoms, each.curve.depth_atoms);
            prop_assert!(late + 1_000 >= usual, "{late} {usual}");
        }
    }

    #[test]
    fn any_state_gives_a_move_or_an_error(
        parts in prop::array::uniform7(any_atoms()), net in any_atoms(), times in prop::array::uniform3(any::<i64>()), seed in prop::array::uniform4(any::<u32>()),
    ) {
        let [reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms, settled_net_atoms, standing_net_atoms, opening] = parts;
        let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
        let (mut state, mut rules) = usual_market(1 << 40, 0.5);
        let [synced_at_seconds, updated_at_seconds, now] = times;
        let drift = DriftBudget { up_used_ppm: seed[0], down_used_ppm: seed[1], updated_at_seconds };
        state = MarketState {
            curve,
            sync: SyncState { drift, settled_net_atoms, standing_net_atoms, synced_at_seconds, ..state.sync },
            ..state
        };
        rules.depth_opening_atoms = opening;
        rules.params = MarketParams { step_max_ppm: seed[2], premium_max_ppm: seed[3], ..rules.params };
        let usage = market::UsageSignal { paid_net_atoms: net, reserve_due_atoms: 0, rolled_at_seconds: now };
        if let Ok(moved) = market::sync(&state, &rules, &usage, now) {
            prop_assert_eq!(moved.state_after.curve.invariant(), Ok(()));
        }
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(64))]

    #[test]
    fn a_closed_cycle_of_use_returns_the_depth(
        sold in 0.1f64..0.9, reserve in 1u64 << 36..1 << 52, changes in prop::collection::vec(-0.5f64..0.5, 1..200),
    ) {
        let (state, rules) = usual_market(reserve, sold);
        // As fast as the steps of a day can follow; then nobody uses the model any more.
        let mut nets = course(&state, &rules, &changes);
        let step = largest_gain(&state, &rules) / 3;
        while let Some(net) = nets.last().filter(|net| **net > 0) {
            nets.push(net.saturating_sub(step));
        }
        nets.extend([0; 30]);
        let (mut after, mut most_taken) = (state, 0);
        for (epoch, net) in (1..).zip(nets) {
            after = synced(&after, &rules, net, epoch * EPOCH).state_after;
            most_taken = most_taken.max(DEPTH - after.curve.depth_atoms);
        }
        // A step back of several small ones is priced at its far end, a part of a largest step dearer than they were.
        let left = DEPTH - after.curve.depth_atoms;
        let atoms_worth = DEPTH as f64 * 1_000.0 / reserve as f64;
        prop_assert!(left as f64 <= most_taken as f64 * 0.005 + atoms_worth, "{left} of {most_taken}");
        prop_assert!(after.sync.standing_net_atoms.max(after.sync.settled_net_atoms) <= 64, "{:?}", after.sync);
        // The quote side is scaled with the depth, so the price returns with it.
        let expected = after.curve.depth_atoms as f64 / (DEPTH - left - state.curve.circulating_atoms) as f64
            / (DEPTH as f64 / (DEPTH - state.curve.circulating_atoms) as f64);
        let ratio = price_ratio(&state.curve, &after.curve);
        prop_assert!((ratio / expected - 1.0).abs() < 1e-6, "{ratio}");
    }

    #[test]
    fn a_fall_all_at_once_is_worth_at_most_two_largest_steps_to_anybody(
        sold in 0.1f64..0.9, reserve in 1u64 << 36..1 << 52, steps in 3u32..60, part in 0.0f64..1.0,
    ) {
        let (state, rules) = usual_market(reserve, sold);
        let mut nets = course(&state, &rules, &vec![0.5; 2 * steps as usize]);
        nets.extend([*nets.last().unwrap(); 20]);
        let high = played(&state, &rules, &nets);
        let most = 2 * largest_gain(&high, &rules);
        let fallen = played(&high, &rules, &[0; 100]);
        prop_assert!(fallen.curve.depth_atoms > high.curve.depth_atoms);
        let supply = state.curve.circulating_atoms;
        for holding in [1, (supply as f64 * part) as u64, supply / 2, supply] {
            let worth = |state: &MarketState| state.curve.sell_exact_in(holding).map_or(0, i128::from);
            prop_assert!(worth(&high) - worth(&fallen) <= i128::from(most) + 4);
        }
    }

    #[test]
    fn one_request_ever_on_an_unused_model_moves_nothing(
        sold in 0.06f64..0.94, reserve in 1u64 << 34..1 << 50, parts in 2f64..6.0, first in 1usize..200,
    ) {
        use modchains_core::usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, paid_net_atoms, sum_advance};
        // Up to a hundredth of a millionth of the reserve, down to an atom.
        let share = (reserve as f64 * 10f64.powf(-6.0 - parts)) as u64 + 1;
        let (mut state, rules) = usual_market(reserve, sold);
        let start = state.curve;
        let (mut long, mut short) = (0, 0);
        for epoch in 1..=24 * 90 {
            let value = if epoch == first { share } else { 0 };
            long = sum_advance(long, value, 1, EPOCH as u32, LONG_HALF_LIFE_SECONDS).unwrap();
            short = sum_advance(short, value, 1, EPOCH as u32, SHORT_HALF_LIFE_SECONDS).unwrap();
            state = synced(&state, &rules, paid_net_atoms(long, short), epoch as i64 * EPOCH).state_after;
            let ratio = price_ratio(&start, &state.curve);
            prop_assert!((ratio - 1.0).abs() < 1e-7, "{ratio} after {epoch} hours");
            prop_assert!(state.curve.depth_atoms <= start.depth_atoms);
        }
    }
}

#[test]
fn skips_say_why() {
    let (mut state, mut rules) = usual_market(1 << 40, 0.5);
    let unit = largest_gain(&state, &rules);
    let reason = |state: &MarketState, rules: &MarketRules, net| synced(state, rules, net, EPOCH).reason;
    assert_eq!(reason(&state, &rules, 0), SyncReason::Unchanged);
    assert_eq!(reason(&state, &rules, unit), SyncReason::SteppedUp);
    assert_eq!(reason(&state, &rules, 1), SyncReason::NetTooSmall);
    let slack = Curve { virtual_atoms: state.curve.virtual_atoms / 2, ..state.curve };
    assert_eq!(reason(&MarketState { curve: slack, ..state }, &rules, 0), SyncReason::Absorbed);

    // A fall where nothing stands, with depth taken and without.
    state.sync.settled_net_atoms = unit;
    assert_eq!(reason(&state, &rules, 0), SyncReason::AtRest);
    rules.depth_opening_atoms = 2 * DEPTH;
    assert_eq!(reason(&state, &rules, 0), SyncReason::AtRest);
    let at_rest = synced(&state, &rules, 0, EPOCH).state_after.sync;
    assert_eq!((at_rest.settled_net_atoms, at_rest.standing_net_atoms), (0, 0));
    state.sync.standing_net_atoms = unit;
    assert_eq!(reason(&state, &rules, 0), SyncReason::SteppedDown);
    assert_eq!(
        reason(
            &MarketState { sync: SyncState { standing_net_atoms: u64::MAX, ..state.sync }, ..state },
            &rules,
            unit - 1
        ),
        SyncReason::NetTooSmall
    );

    let drift = DriftBudget { up_used_ppm: 60_000, down_used_ppm: 60_000, updated_at_seconds: 0 };
    let used = MarketState { sync: SyncState { drift, ..state.sync }, ..state };
    assert_eq!(reason(&used, &rules, 2 * unit), SyncReason::DriftExhausted);
    assert_eq!(reason(&used, &rules, 0), SyncReason::DriftExhausted);
    let (few, few_rules) = usual_market(1 << 32, 0.04);
    assert_eq!(reason(&few, &few_rules, 1 << 20), SyncReason::CirculatingTooSmall);
    let few_after = synced(&few, &few_rules, 1 << 20, EPOCH).state_after;
    assert_eq!(few_after.sync.settled_net_atoms, 1 << 20, "what came before there were holders lifts nobody later");
    let (scarce, scarce_rules) = usual_market(1 << 40, 0.96);
    assert_eq!(reason(&scarce, &scarce_rules, 1 << 36), SyncReason::PremiumAtBound);
    let flat = MarketRules { params: MarketParams { step_max_ppm: 0, ..rules.params }, ..rules };
    assert_eq!(reason(&state, &flat, 2 * unit), SyncReason::MoveTooSmall, "a largest step of nothing forfeits all");
}

/// 1,000 $ a day in atoms of a millionth, on 50,000 $: the price follows `4 N / R`.
#[test]
fn on_the_boundary_the_log_price_follows_four_times_the_net_over_the_reserve() {
    let reserve = 50_000_000_000;
    for sold in [0.5, 0.7, 0.9] {
        let (state, rules) = usual_market(reserve, sold);
        let rise = reserve / 1_000;
        let nets: Vec<u64> = (1..=40).map(|epoch| (rise * epoch / 40).min(rise)).chain([rise; 20]).collect();
        let after = played(&state, &rules, &nets);
        let moved = price_ratio(&state.curve, &after.curve).ln();
        let paid = 4.0 * rise as f64 / reserve as f64;
        assert!((moved / paid - 1.0).abs() < 0.02, "{moved} for {paid} with {sold} sold");
    }
}
