//! What one sync may change, how many syncs fit into two epochs, and how large the parameters may be.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::{TRADE_FEES_DEFAULT, TradeFees},
    market::{self, MarketParams, MarketRules, MarketState},
    sync::{DriftBudget, SyncReason},
};
use proptest::prelude::*;

use common::{
    DEPTH, EPOCH, any_atoms, market, market_of, moved_market, params_with, solvent_curve, synced, trade_fees,
    usual_market,
};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const WHOLE: u128 = 1_000_000;

/// `A = R + V` and `y = Y - C`.
fn sides(curve: &Curve) -> (u128, u128) {
    (u128::from(curve.quote_atoms().unwrap()), u128::from(curve.token_atoms().unwrap()))
}

/// The curve as the sync's absorption leaves it, before its step.
fn absorbed(state: &MarketState, rules: &MarketRules) -> Curve {
    let curve = state.curve;
    let most = curve.virtual_atoms
        + (u128::from(curve.quote_atoms().unwrap()) * u128::from(rules.params.absorb_max_ppm) / WHOLE) as u64;
    let virtual_atoms = state.backing.boundary_atoms(&curve).unwrap().min(most).max(curve.virtual_atoms);
    Curve { virtual_atoms, ..curve }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn one_sync_changes_each_side_of_the_curve_by_at_most_its_bounds(
        (state, rules) in moved_market(), net in any_atoms(),
    ) {
        let moved = synced(&state, &rules, net, EPOCH);
        let ((quote, tokens), (quote_after, tokens_after)) = (sides(&state.curve), sides(&moved.state_after.curve));
        let (grown, absorbed) = (WHOLE + u128::from(rules.params.step_max_ppm), WHOLE + u128::from(rules.params.absorb_max_ppm));
        prop_assert!(quote_after * WHOLE <= quote * absorbed * grown / WHOLE + WHOLE, "A' <= A (1 + k) (1 + s)");
        match moved.reason {
            SyncReason::SteppedUp => {
                prop_assert!(quote_after * WHOLE <= quote * absorbed, "a step up leaves A'' <= A'");
                prop_assert!(tokens_after <= tokens && tokens_after * grown >= tokens * WHOLE, "y' >= y / (1 + s)");
            }
            SyncReason::SteppedDown => {
                prop_assert!(quote_after >= quote, "A' >= A");
                prop_assert!(tokens_after >= tokens && tokens_after * WHOLE <= tokens * grown, "y' <= y (1 + s)");
            }
            _ => {
                prop_assert!(quote_after >= quote && quote_after * WHOLE <= quote * absorbed, "A' <= A (1 + k)");
                prop_assert_eq!(tokens_after, tokens);
            }
        }
        prop_assert!(moved.step_ppm.unsigned_abs() <= rules.params.step_max_ppm);
        prop_assert_eq!(moved.state_after.curve.invariant(), Ok(()));
    }

    #[test]
    fn every_sync_absorbs_first_and_a_step_scales_the_quote_side_with_the_depth(
        (state, rules) in moved_market(), net in any_atoms(),
    ) {
        let moved = synced(&state, &rules, net, EPOCH);
        let (before, after) = (absorbed(&state, &rules), moved.state_after.curve);
        prop_assert_eq!(moved.absorbed_atoms, before.virtual_atoms - state.curve.virtual_atoms);
        let scaled = sides(&before).0 * u128::from(after.depth_atoms) / u128::from(before.depth_atoms);
        prop_assert_eq!(sides(&after).0, scaled);
    }

    #[test]
    fn a_step_is_the_formula_where_no_bound_is_reached(
        sold in 0.2f64..0.4, above in 0.0f64..0.2, reserve in 1u64 << 40..1 << 50, fees in trade_fees(), up: bool,
    ) {
        let (mut state, mut rules) = usual_market(reserve, sold);
        rules.params = params_with(&fees);
        let high_atoms = state.curve.circulating_atoms + (DEPTH as f64 * above) as u64;
        state.sync.supply.peak_atoms = high_atoms;
        // Use that pays for any step, either way, and no ration: what stands is worth less than a largest step.
        rules.depth_opening_atoms = 2 * DEPTH;
        (state.sync.standing_net_atoms, state.sync.settled_net_atoms) = (1, reserve);
        let moved = synced(&state, &rules, if up { 2 * reserve } else { 0 }, EPOCH);
        let (room, size) = (u128::from(DEPTH - high_atoms), u128::from(rules.params.step_max_ppm));
        let depth = if up {
            u128::from(DEPTH) - room * size / (WHOLE + size)
        } else {
            u128::from(DEPTH) + room * size / WHOLE
        };
        prop_assert_eq!(u128::from(moved.state_after.curve.depth_atoms), depth, "{:?}", moved);
    }

    #[test]
    fn solvency_holds_exactly_when_everything_circulating_sells_for_at_most_the_reserve(
        curve in solvent_curve(), virtual_atoms in any_atoms(),
    ) {
        let curve = Curve { virtual_atoms, ..curve };
        let Ok(quote) = curve.quote_atoms() else { return Ok(()) };
        let supply = u128::from(curve.circulating_atoms);
        // Selling `C` pays `(R + V) * C / (y + C)` before rounding, and `y + C = Y`.
        let covered = u128::from(quote) * supply <= u128::from(curve.reserve_atoms) * u128::from(curve.depth_atoms);
        prop_assert_eq!(curve.invariant().is_ok(), covered);
    }

    #[test]
    fn on_the_boundary_the_price_is_the_backing_times_the_premium(sold in 0.01f64..0.99, reserve in 1u64 << 40..1 << 50) {
        let curve = usual_market(reserve, sold).0.curve;
        let price = curve.spot_price_q64().unwrap() as f64 / (1u128 << 64) as f64;
        let backing = reserve as f64 / curve.circulating_atoms as f64;
        let premium = DEPTH as f64 / (DEPTH - curve.circulating_atoms) as f64;
        prop_assert!((price / (backing * premium) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_round_trip_loses_at_the_largest_moves_and_not_at_larger_ones(fees in trade_fees()) {
        let params = params_with(&fees);
        let (largest, absorption) = (params.step_max_ppm, params.absorb_max_ppm);
        prop_assert_eq!(params.validate(), Ok(()));
        prop_assert_eq!(MarketParams { step_max_ppm: largest + 1, ..params }.validate(), Err(CoreError::StepExceedsLostFee));
        prop_assert_eq!(
            MarketParams { absorb_max_ppm: absorption + 1, ..params }.validate(),
            Err(CoreError::AbsorptionExceedsLostFee)
        );
        let gains = |gain_ppm: u32, lost_ppm: u32| {
            (WHOLE + u128::from(gain_ppm)) * (WHOLE - u128::from(lost_ppm)) > WHOLE * WHOLE
        };
        let (lost, protocol) = (fees.reserve_lost_ppm(), fees.protocol_lost_ppm().unwrap());
        prop_assert!(!gains(largest, lost) && gains(largest + 1, lost));
        prop_assert!(!gains(absorption, protocol) && gains(absorption + 1, protocol));
    }

    #[test]
    fn two_epochs_hold_at_most_two_syncs(waits in prop::collection::vec(0i64..5_000, 2..60), nets in any_atoms()) {
        let (mut state, rules) = usual_market(1 << 40, 0.5);
        let (mut now, mut looks) = (0, vec![0]);
        for wait in waits {
            now += wait;
            let usage = market::UsageSignal { paid_net_atoms: nets, reserve_due_atoms: 0, rolled_at_seconds: now };
            match market::sync(&state, &rules, &usage, now) {
                Ok(moved) => {
                    state = moved.state_after;
                    looks.push(now);
                }
                Err(error) => prop_assert_eq!(error, CoreError::EpochNotOver),
            }
        }
        // The first entry is the opening, which counts like a sync: a market moves one epoch after it at the earliest.
        prop_assert!(looks.windows(3).all(|three| three[2] - three[0] >= 2 * EPOCH), "{looks:?}");
    }

    #[test]
    fn a_market_with_nothing_sold_keeps_its_curve(depth in 1_000_000_000u64..1 << 56, first_price in 1u64..1 << 60, net: u64) {
        let (state, rules) = market_of(Curve::launch(depth, first_price).unwrap(), &TRADE_FEES_DEFAULT);
        let kept = synced(&state, &rules, net, EPOCH);
        prop_assert_eq!((kept.reason, kept.state_after.curve), (SyncReason::CirculatingTooSmall, state.curve));
    }

    #[test]
    fn the_steps_of_any_24_hours_stay_within_the_drift(
        drift_max_ppm in prop_oneof![2u32..100, 2u32..=250_000],
        asks in prop::collection::vec((-9_000i32..9_000, 0i64..30_000), 1..400),
    ) {
        let params = MarketParams { step_max_ppm: 9_000, drift_max_ppm, ..PARAMS };
        let mut budget = DriftBudget::new(0);
        let (mut now, mut made) = (0, Vec::new());
        for (ask, wait) in asks {
            now += wait;
            budget = budget.drain(now, &params).unwrap();
            let left = if ask > 0 { budget.up_left_ppm(&params) } else { budget.down_left_ppm(&params) };
            let step = ask.signum() * ask.abs().min(left as i32);
            budget = budget.spend(step).unwrap();
            made.push((now, step));
        }
        assert_within_drift(&made, drift_max_ppm);
    }

    #[test]
    fn absorption_uses_no_drift((state, rules) in market()) {
        let moved = synced(&state, &rules, 0, EPOCH);
        prop_assert_eq!(moved.step_ppm, 0);
        prop_assert_eq!(moved.state_after.sync.drift, DriftBudget::new(EPOCH));
    }
}

/// Adds up the steps of every 24 hours that begin with a step.
fn assert_within_drift(made: &[(i64, i32)], drift_max_ppm: u32) {
    for (start, _) in made {
        let day =
            || made.iter().filter(|(at, _)| (*start..*start + 86_400).contains(at)).map(|(_, step)| i64::from(*step));
        assert!(day().filter(|step| *step > 0).sum::<i64>() <= i64::from(drift_max_ppm), "up from {start}");
        assert!(-day().filter(|step| *step < 0).sum::<i64>() <= i64::from(drift_max_ppm), "down from {start}");
    }
}

#[test]
fn hourly_syncs_use_the_drift_of_a_day_and_no_more() {
    for up in [true, false] {
        let (mut state, mut rules) = usual_market(1 << 40, 0.5);
        rules.depth_opening_atoms = 2 * DEPTH;
        (state.sync.standing_net_atoms, state.sync.settled_net_atoms) = (1 << 42, 1 << 42);
        let mut made = Vec::new();
        for hour in 1..=72 {
            let net = if up { u64::MAX >> 1 } else { 0 };
            // Every hour use is far beyond what stands settled, so that drift alone limits the steps.
            state.sync.settled_net_atoms = 1 << 42;
            state.sync.standing_net_atoms = if up { 0 } else { 1 << 42 };
            let moved = synced(&state, &rules, net, hour * EPOCH);
            state = moved.state_after;
            made.push((hour * EPOCH, moved.step_ppm));
        }
        assert_within_drift(&made, rules.params.drift_max_ppm);
        let first_day: i32 = made.iter().take(24).map(|(_, step)| step.abs()).sum();
        assert!(first_day > 90_000, "{first_day} of {}", rules.params.drift_max_ppm);
    }
}

#[test]
fn a_launch_is_solvent_with_nothing_to_spare() {
    let curve = Curve::launch(1_000, 30).unwrap();
    assert_eq!(curve.invariant(), Ok(()));
    assert_eq!(Curve { virtual_atoms: 31, circulating_atoms: 1, ..curve }.invariant(), Err(CoreError::NotSolvent));
}

#[test]
fn fees_steps_and_splits_that_break_the_law_are_refused() {
    let fees = TRADE_FEES_DEFAULT;
    assert_eq!(PARAMS.validate(), Ok(()));
    assert_eq!((MarketParams::default(), params_with(&fees)), (PARAMS, PARAMS), "the default moves are the largest");
    assert_eq!((PARAMS.step_max_ppm, PARAMS.absorb_max_ppm), (4_016, 1_502));
    assert_eq!(PARAMS.with_fees(&TradeFees { fee_bps: 99, ..fees }).validate(), Err(CoreError::StepExceedsLostFee));
    for widest in [
        MarketParams { supply_half_life_seconds: 24 * 3_600, ..PARAMS },
        MarketParams { pricing_half_life_seconds: 24 * 3_600, ..PARAMS },
        MarketParams { epoch_seconds: 5, ..PARAMS },
        MarketParams { epoch_seconds: 86_400, supply_half_life_seconds: 24 * 86_400, ..PARAMS },
        MarketParams { usage_stale_seconds: 1, ..PARAMS },
        MarketParams { usage_stale_seconds: 7 * 86_400, ..PARAMS },
        MarketParams { premium_min_ppm: 1_010_000, premium_max_ppm: 1_010_001, ..PARAMS },
        MarketParams { drift_max_ppm: 2, ..PARAMS },
        MarketParams { drift_max_ppm: 250_000, ..PARAMS },
        MarketParams { step_max_ppm: 0, absorb_max_ppm: 0, ..PARAMS },
    ] {
        assert_eq!(widest.validate(), Ok(()), "{widest:?}");
    }
    assert_eq!(MarketParams { referral_bps: 5_001, ..PARAMS }.validate(), Err(CoreError::SplitInvalid));
    for broken in [
        MarketParams { epoch_seconds: 4, ..PARAMS },
        MarketParams { epoch_seconds: 86_401, supply_half_life_seconds: u32::MAX, ..PARAMS },
        MarketParams { usage_stale_seconds: 0, ..PARAMS },
        MarketParams { usage_stale_seconds: 7 * 86_400 + 1, ..PARAMS },
        MarketParams { premium_max_ppm: PARAMS.premium_min_ppm - 1, ..PARAMS },
        MarketParams { premium_max_ppm: PARAMS.premium_min_ppm, ..PARAMS },
        MarketParams { premium_min_ppm: 1_009_999, ..PARAMS },
        MarketParams { drift_max_ppm: 1, ..PARAMS },
        MarketParams { drift_max_ppm: 250_001, ..PARAMS },
        MarketParams { supply_half_life_seconds: 24 * 3_600 - 1, ..PARAMS },
        MarketParams { pricing_half_life_seconds: 24 * 3_600 - 1, ..PARAMS },
    ] {
        assert_eq!(broken.validate(), Err(CoreError::SyncParamsInvalid), "{broken:?}");
    }
}
