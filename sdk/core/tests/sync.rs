//! Laws of a single sync, of the high-water mark, the drift budget and the signal.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::{TRADE_FEES_DEFAULT, TradeFees},
    market::MarketParams,
    sync::{DriftBudget, HighWater, SyncInput, SyncMove, SyncReason, SyncState, signal_step_ppm, sync},
};
use proptest::prelude::*;

use common::{DEPTH, any_atoms, input, market, solvent_curve, state_with_mark};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const EPOCH: i64 = 3_600;

fn synced(curve: &Curve, state: &SyncState, step_ppm: i32) -> SyncMove {
    sync(curve, state, &PARAMS, &input(step_ppm), EPOCH).unwrap()
}

/// `p' / p`, exact to 50 bits.
fn price_ratio(before: &Curve, after: &Curve) -> f64 {
    let price = |curve: &Curve| curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64;
    price(after) / price(before)
}

/// Room for one atom of rounding in a quote side of at least 2^24 atoms, and for f64.
const ROUNDING: f64 = 1.0 / (1u64 << 23) as f64;

/// Adds up the steps of every 24 hours that begin with a step.
fn assert_within_drift(made: &[(i64, i32)], drift_max_ppm: u32) {
    for (start, _) in made {
        let day =
            || made.iter().filter(|(at, _)| (*start..*start + 86_400).contains(at)).map(|(_, step)| i64::from(*step));
        assert!(day().filter(|step| *step > 0).sum::<i64>() <= i64::from(drift_max_ppm), "up from {start}");
        assert!(-day().filter(|step| *step < 0).sum::<i64>() <= i64::from(drift_max_ppm), "down from {start}");
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn one_sync_moves_the_price_by_at_most_the_largest_step((curve, state) in market(), step_ppm in -20_000i32..20_000) {
        let moved = synced(&curve, &state, step_ppm);
        let ratio = price_ratio(&curve, &moved.curve_after);
        let largest = 1.0 + f64::from(PARAMS.step_max_ppm) / 1e6;
        prop_assert!(ratio <= largest + ROUNDING && ratio >= 1.0 / largest - ROUNDING, "{ratio} {moved:?}");
        prop_assert!(moved.step_applied_ppm.unsigned_abs() <= PARAMS.step_max_ppm);
        prop_assert_eq!(moved.curve_after.invariant(), Ok(()));
        match moved.reason {
            SyncReason::SteppedUp => prop_assert!(ratio >= 1.0 - 1e-12 && moved.curve_after.depth_atoms <= DEPTH),
            SyncReason::SteppedDown => prop_assert!(ratio <= 1.0 + 1e-12 && moved.curve_after.depth_atoms >= DEPTH),
            SyncReason::Absorbed => prop_assert!(ratio > 1.0 && moved.curve_after.depth_atoms == DEPTH),
            _ => prop_assert_eq!(moved.curve_after, curve),
        }
        prop_assert_eq!(moved.reason.moved(), moved.state_after.synced_at_seconds == EPOCH);
    }

    #[test]
    fn every_sale_and_every_buy_up_to_the_mark_changes_by_at_most_the_largest_step(
        (curve, state) in market(), step_ppm in -20_000i32..20_000, share in 0.0f64..1.0,
    ) {
        let after = synced(&curve, &state, step_ppm).curve_after;
        let largest = 1.0 + f64::from(PARAMS.step_max_ppm) / 1e6;
        let token_atoms = 1 + (curve.circulating_atoms as f64 * share) as u64 / 2;
        let (Ok(before_pays), Ok(after_pays)) = (curve.sell_exact_in(token_atoms), after.sell_exact_in(token_atoms)) else { return Ok(()) };
        prop_assert!(after_pays as f64 <= before_pays as f64 * largest + 2.0);
        let high_atoms = state.high_water.atoms();
        let token_atoms = ((high_atoms - curve.circulating_atoms) as f64 * share) as u64;
        if let (Ok(before_costs), Ok(after_costs)) = (curve.buy_exact_out(token_atoms), after.buy_exact_out(token_atoms)) {
            prop_assert!(after_costs as f64 >= before_costs as f64 / largest * (1.0 - ROUNDING) - 2.0);
        }
    }

    #[test]
    fn a_curve_on_the_boundary_stays_on_it(sold in 0.01f64..0.99, reserve in 1u64 << 40..1 << 50, step_ppm in -5_500i32..5_500) {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let boundary = |depth: u64| u128::from(reserve) * u128::from(depth - circulating_atoms) / u128::from(circulating_atoms);
        let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms: boundary(DEPTH) as u64 };
        let after = synced(&curve, &state_with_mark(circulating_atoms), step_ppm).curve_after;
        let slack = boundary(after.depth_atoms) - u128::from(after.virtual_atoms);
        prop_assert!(slack <= 1 + boundary(after.depth_atoms) / u128::from(reserve), "{slack}");
    }

    #[test]
    fn the_premium_stays_within_its_bounds((curve, state) in market(), up: bool) {
        let after = synced(&curve, &state, if up { 5_500 } else { -5_500 }).curve_after;
        if after == curve {
            return Ok(());
        }
        let (depth, high) = (u128::from(after.depth_atoms), u128::from(state.high_water.atoms()));
        // Y' / (Y' - C_hi) against the bound, as cross products.
        if up {
            prop_assert!(depth * 1_000_000 <= u128::from(PARAMS.premium_max_ppm) * (depth - high));
        } else {
            prop_assert!(depth * 1_000_000 >= u128::from(PARAMS.premium_min_ppm) * (depth - high));
        }
    }

    #[test]
    fn a_paused_market_or_a_stale_oracle_moves_nothing((curve, state) in market(), step_ppm: i32, is_paused: bool) {
        let input = SyncInput { is_paused, is_stale: !is_paused, ..input(step_ppm) };
        let kept = sync(&curve, &state, &PARAMS, &input, EPOCH).unwrap();
        prop_assert_eq!(kept.reason, if is_paused { SyncReason::Paused } else { SyncReason::OracleStale });
        prop_assert_eq!((kept.curve_after, kept.step_applied_ppm), (curve, 0));
        prop_assert_eq!(kept.state_after.synced_at_seconds, state.synced_at_seconds);
    }

    #[test]
    fn an_upward_step_is_paid_for_by_usage((curve, state) in market(), fees in any_atoms()) {
        let paid = SyncInput { lost_usage_fees_atoms: fees, ..input(5_500) };
        let moved = sync(&curve, &state, &PARAMS, &paid, EPOCH).unwrap();
        let worth = u128::from(moved.step_applied_ppm.unsigned_abs()) * u128::from(curve.reserve_atoms);
        prop_assert!(worth <= u128::from(fees) * 1_000_000);
    }

    #[test]
    fn any_state_gives_a_move_or_an_error(
        parts in prop::array::uniform6(any_atoms()), step_ppm: i32, times in prop::array::uniform3(any::<i64>()), seed in prop::array::uniform4(any::<u32>()),
    ) {
        let [reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms, mark_atoms, launch_depth_atoms] = parts;
        let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
        let [synced_at_seconds, other_seconds, now] = times;
        let state = SyncState {
            high_water: HighWater { mark_atoms, ..HighWater::new(other_seconds) },
            drift: DriftBudget { up_used_ppm: seed[0], down_used_ppm: seed[1], updated_at_seconds: other_seconds },
            synced_at_seconds,
        };
        let params = MarketParams { step_max_ppm: seed[2], premium_max_ppm: seed[3], ..PARAMS };
        let any = SyncInput { launch_depth_atoms, ..input(step_ppm) };
        if let Ok(moved) = sync(&curve, &state, &params, &any, now)
            && moved.reason.moved()
        {
            prop_assert_eq!(moved.curve_after.invariant(), Ok(()));
        }
        prop_assert!(signal_step_ppm(parts[0], parts[1], parts[2], seed[0], &params).is_ok() || seed[2] > i32::MAX as u32 || seed[0] > 1 << 31);
    }

    #[test]
    fn rounding_never_turns_a_move_around(curve in solvent_curve(), step_ppm in -5_500i32..=5_500, mark in any_atoms()) {
        let state = state_with_mark(mark.clamp(curve.circulating_atoms, curve.depth_atoms));
        let tiny = SyncInput { launch_depth_atoms: 1, ..input(step_ppm) };
        let Ok(moved) = sync(&curve, &state, &PARAMS, &tiny, EPOCH) else { return Ok(()) };
        let cross = |quotes: &Curve, tokens: &Curve| {
            u128::from(quotes.quote_atoms().unwrap()) * u128::from(tokens.token_atoms().unwrap())
        };
        let (rises, stands) = (cross(&moved.curve_after, &curve), cross(&curve, &moved.curve_after));
        prop_assert!(rises >= stands || moved.reason == SyncReason::SteppedDown, "{moved:?}");
        prop_assert!(rises <= stands || moved.reason != SyncReason::SteppedDown, "{moved:?}");
        prop_assert!(moved.curve_after.virtual_atoms > 0 || !moved.reason.moved());
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
    fn the_mark_covers_every_supply_of_two_epochs_and_decays_to_the_supply(
        trades in prop::collection::vec((0u64..1_000_000, 0i64..6_000, any::<bool>()), 1..60),
    ) {
        let mut water = HighWater::new(0);
        let (mut now, mut supply) = (0, 0);
        let mut stood: Vec<(i64, u64)> = vec![(0, 0)];
        for (next, wait, syncs) in trades {
            now += wait;
            stood.push((now, supply));
            if syncs {
                water = water.decay(supply, now, 3_600, PARAMS.high_water_half_life_seconds).unwrap();
            } else {
                water = water.record(supply, next, now, 3_600);
                supply = next;
                stood.push((now, supply));
            }
            let recent = stood.iter().filter(|(at, _)| *at > now - 2 * EPOCH).map(|(_, atoms)| *atoms).max().unwrap();
            prop_assert!(water.atoms() >= recent, "{water:?} {recent}");
        }
        let settled = water.decay(supply, now + 40 * 604_800, 3_600, PARAMS.high_water_half_life_seconds).unwrap();
        prop_assert!(settled.atoms() <= supply + 1);
    }
}

#[test]
fn hourly_syncs_use_the_drift_of_a_day_and_no_more() {
    for step_ppm in [5_500, -5_500] {
        let mut curve =
            Curve { reserve_atoms: 1 << 40, circulating_atoms: DEPTH / 2, depth_atoms: DEPTH, virtual_atoms: 1 << 40 };
        let mut state = state_with_mark(DEPTH / 2);
        let mut made = Vec::new();
        for hour in 1..=72 {
            let moved = sync(&curve, &state, &PARAMS, &input(step_ppm), hour * EPOCH).unwrap();
            (curve, state) = (moved.curve_after, moved.state_after);
            made.push((hour * EPOCH, moved.step_applied_ppm));
        }
        assert_within_drift(&made, PARAMS.drift_max_ppm);
        let first_day: i32 = made.iter().take(24).map(|(_, step)| step.abs()).sum();
        assert!(first_day > 95_000, "{first_day} of {}", PARAMS.drift_max_ppm);
    }
}

#[test]
fn the_mark_halves_its_distance_in_seven_days() {
    let water = HighWater { mark_atoms: 1_000_000, ..HighWater::new(0) };
    let later = water.decay(200_000, 604_800, 3_600, PARAMS.high_water_half_life_seconds).unwrap();
    assert_eq!(later.atoms(), 600_000);
}

#[test]
fn skips_say_why() {
    let curve =
        Curve { reserve_atoms: 1 << 40, circulating_atoms: DEPTH / 2, depth_atoms: DEPTH, virtual_atoms: 1 << 40 };
    let state = state_with_mark(DEPTH / 2);
    let reason =
        |curve: &Curve, state: &SyncState, input: SyncInput| sync(curve, state, &PARAMS, &input, EPOCH).unwrap().reason;
    assert_eq!(sync(&curve, &state, &PARAMS, &input(1), EPOCH - 1), Err(CoreError::EpochNotOver));
    assert_eq!(reason(&curve, &state, SyncInput { is_stale: true, ..input(5_500) }), SyncReason::OracleStale);
    let paused = SyncInput { is_paused: true, is_stale: true, ..input(5_500) };
    assert_eq!(reason(&curve, &state, paused), SyncReason::Paused);
    assert_eq!(
        reason(&curve, &state, SyncInput { lost_usage_fees_atoms: 0, ..input(5_500) }),
        SyncReason::UsageFeesTooSmall
    );
    assert_eq!(reason(&curve, &state, input(0)), SyncReason::Unchanged);
    assert_eq!(reason(&curve, &state, input(5_500)), SyncReason::SteppedUp);
    assert_eq!(reason(&curve, &state, input(-5_500)), SyncReason::SteppedDown);
    let slack = Curve { virtual_atoms: 1 << 39, ..curve };
    assert_eq!(reason(&slack, &state, input(0)), SyncReason::Absorbed);
    let few = Curve { circulating_atoms: DEPTH / 1_001, reserve_atoms: 1 << 32, ..curve };
    assert_eq!(reason(&few, &state, input(5_500)), SyncReason::CirculatingTooSmall);
    let enough = Curve { circulating_atoms: DEPTH / 1_000, ..few };
    assert_eq!(reason(&enough, &state_with_mark(DEPTH / 2), input(5_500)), SyncReason::SteppedUp);
    let used =
        SyncState { drift: DriftBudget { up_used_ppm: 60_000, down_used_ppm: 60_000, updated_at_seconds: 0 }, ..state };
    assert_eq!(reason(&curve, &used, input(5_500)), SyncReason::DriftExhausted);
    assert_eq!(reason(&curve, &used, input(-5_500)), SyncReason::DriftExhausted);
    let scarce = Curve { circulating_atoms: DEPTH / 100 * 99, virtual_atoms: 1 << 32, ..curve };
    assert_eq!(reason(&scarce, &state_with_mark(DEPTH / 100 * 99), input(5_500)), SyncReason::PremiumAtBound);
    let plenty = Curve { circulating_atoms: DEPTH / 100, reserve_atoms: 1 << 34, ..curve };
    assert_eq!(reason(&plenty, &state_with_mark(DEPTH / 100), input(-5_500)), SyncReason::PremiumAtBound);
    let bare = Curve { reserve_atoms: 9, circulating_atoms: 900, depth_atoms: 1_000, virtual_atoms: 1 };
    let wide = MarketParams { step_max_ppm: 20_000, ..PARAMS };
    let last = SyncInput { launch_depth_atoms: 1_000, ..input(20_000) };
    let kept = sync(&bare, &state_with_mark(900), &wide, &last, EPOCH).unwrap();
    assert_eq!((kept.reason, kept.curve_after), (SyncReason::MoveTooSmall, bare), "the last virtual atom stays");
    let dust = Curve { reserve_atoms: 3, virtual_atoms: 3, circulating_atoms: 500, depth_atoms: 1_000 };
    let tiny = SyncInput { launch_depth_atoms: 1_000, ..input(-100) };
    assert_eq!(reason(&dust, &state_with_mark(500), tiny), SyncReason::MoveTooSmall);
    // 2 of 500 tokens less, and one of 6 quote atoms: 5 / 498 is below 6 / 500.
    let turned = SyncInput { launch_depth_atoms: 1_000, ..input(5_500) };
    assert_eq!(reason(&dust, &state_with_mark(500), turned), SyncReason::MoveTooSmall, "rounding turned it around");
    // 100 of 20,000 tokens less, and one of 200 quote atoms: the premium grew and the price stands.
    let level = Curve { reserve_atoms: 100, virtual_atoms: 100, circulating_atoms: 20_000, depth_atoms: 40_000 };
    let even = SyncInput { launch_depth_atoms: 40_000, ..input(5_026) };
    assert_eq!(reason(&level, &state_with_mark(20_000), even), SyncReason::SteppedUp);
}

#[test]
fn fees_steps_and_splits_that_break_the_law_are_refused() {
    let fees = TRADE_FEES_DEFAULT;
    assert_eq!(PARAMS.validate(), Ok(()));
    let largest = MarketParams::largest_step_ppm(&fees).unwrap();
    assert_eq!(largest, 5_530);
    assert_eq!(MarketParams { step_max_ppm: largest, ..PARAMS }.validate(), Ok(()));
    assert_eq!(MarketParams { step_max_ppm: largest + 1, ..PARAMS }.validate(), Err(CoreError::StepExceedsLostFee));
    let absorption = MarketParams::largest_absorption_ppm(&fees).unwrap();
    assert_eq!(absorption, 1_502);
    assert_eq!(MarketParams { absorb_max_ppm: absorption, ..PARAMS }.validate(), Ok(()));
    assert_eq!(
        MarketParams { absorb_max_ppm: absorption + 1, ..PARAMS }.validate(),
        Err(CoreError::AbsorptionExceedsLostFee)
    );
    assert_eq!(PARAMS.with_fees(&TradeFees { fee_bps: 99, ..fees }).validate(), Err(CoreError::StepExceedsLostFee));
    for widest in [
        MarketParams { high_water_half_life_seconds: 24 * 3_600, ..PARAMS },
        MarketParams { epoch_seconds: 5, ..PARAMS },
        MarketParams { epoch_seconds: 86_400, high_water_half_life_seconds: 24 * 86_400, ..PARAMS },
        MarketParams { usage_stale_seconds: 1, ..PARAMS },
        MarketParams { usage_stale_seconds: 7 * 86_400, ..PARAMS },
        MarketParams { premium_min_ppm: 1_000_001, premium_max_ppm: 1_000_002, ..PARAMS },
        MarketParams { drift_max_ppm: 2, ..PARAMS },
        MarketParams { drift_max_ppm: 250_000, ..PARAMS },
        MarketParams { dead_band_ppm: 999_999, ..PARAMS },
        MarketParams { gain_milli: 1, ..PARAMS },
        MarketParams { circulating_min_ppm: 1_000_000, ..PARAMS },
    ] {
        assert_eq!(widest.validate(), Ok(()), "{widest:?}");
    }
    assert_eq!(MarketParams { referral_bps: 5_001, ..PARAMS }.validate(), Err(CoreError::SplitInvalid));
    assert_eq!(MarketParams::default(), PARAMS);
    for broken in [
        MarketParams { epoch_seconds: 4, ..PARAMS },
        MarketParams { epoch_seconds: 86_401, high_water_half_life_seconds: u32::MAX, ..PARAMS },
        MarketParams { usage_stale_seconds: 0, ..PARAMS },
        MarketParams { usage_stale_seconds: 7 * 86_400 + 1, ..PARAMS },
        MarketParams { premium_max_ppm: PARAMS.premium_min_ppm - 1, ..PARAMS },
        MarketParams { drift_max_ppm: 1, ..PARAMS },
        MarketParams { high_water_half_life_seconds: 24 * 3_600 - 1, ..PARAMS },
        MarketParams { premium_min_ppm: 1_000_000, ..PARAMS },
        MarketParams { premium_max_ppm: PARAMS.premium_min_ppm, ..PARAMS },
        MarketParams { drift_max_ppm: 250_001, ..PARAMS },
        MarketParams { dead_band_ppm: 1_000_000, ..PARAMS },
        MarketParams { gain_milli: 0, ..PARAMS },
        MarketParams { circulating_min_ppm: 1_000_001, ..PARAMS },
    ] {
        assert_eq!(broken.validate(), Err(CoreError::SyncParamsInvalid), "{broken:?}");
    }
}

#[test]
fn the_signal_follows_growth_that_lasts_and_decline_at_once() {
    let step = |fast, mid, slow, quality| signal_step_ppm(fast, mid, slow, quality, &PARAMS).unwrap();
    assert_eq!(step(0, 0, 0, 1_000_000), 0, "never used");
    assert_eq!(step(1_000, 1_000, 1_000, 1_000_000), 0);
    assert_eq!(step(1_050, 1_050, 1_000, 1_000_000), 0, "within the dead band");
    assert_eq!(step(3_000, 1_000, 1_000, 1_000_000), 0, "a spike is not growth");
    assert_eq!(step(3_000, 3_000, 1_000, 1_000_000), 5_500, "2 * (3 - 1) / (3 + 1) is the clamp");
    assert_eq!(step(1_500, 1_500, 1_000, 1_000_000), 2_200, "2 * 0.5 / 2.5 of the largest step");
    assert_eq!(step(500, 3_000, 1_000, 1_000_000), -3_666, "2 * -0.5 / 1.5 of the largest step, toward zero");
    assert_eq!(step(0, 0, 1_000, 1_000_000), -5_500);
    assert_eq!(step(1_000, 1_000, 1_000, 0), -5_500, "worthless quality");
    assert_eq!(step(u64::MAX, u64::MAX, u64::MAX, 1_000_000), 0);
    assert_eq!(step(u64::MAX, u64::MAX, 1, 1_000_000), 5_500);
}
