//! Laws of what sync remembers: the high-water mark of the supply, its windows, and the drift of a day.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    curve::Curve,
    market::MarketParams,
    sync::{DriftBudget, HighWater, SyncInput, SyncReason, SyncState, sync},
};
use proptest::prelude::*;

use common::{DEPTH, input, state_with_mark};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const EPOCH_SECONDS: u32 = 3_600;
const EPOCH: i64 = 3_600;
const HALF_LIFE: u32 = PARAMS.high_water_half_life_seconds;

/// A supply that rose to `peak_atoms` at time zero and fell to `left_atoms` in the same second.
fn sold_to(peak_atoms: u64, left_atoms: u64) -> HighWater {
    let bought = HighWater::new(0).record(0, peak_atoms, 0, EPOCH_SECONDS);
    bought.record(peak_atoms, left_atoms, 0, EPOCH_SECONDS)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn what_everybody_sold_stays_in_the_mark_for_its_half_life(
        peak in 1u64..1 << 50, share in 0.0f64..1.0, elapsed in 0i64..60 * 86_400,
    ) {
        let left = (peak as f64 * share) as u64;
        let water = sold_to(peak, left).decay(left, elapsed, EPOCH_SECONDS, HALF_LIFE).unwrap();
        let exact = left as f64 + (peak - left) as f64 * (-(elapsed as f64) / f64::from(HALF_LIFE)).exp2();
        // The factor is within 8 of 2^32.
        let error = (peak - left) as f64 * 8.0 / (1u64 << 32) as f64 + 1.0;
        prop_assert!(water.atoms() as f64 >= exact - error, "{water:?} {exact}");
        if elapsed >= 4 * EPOCH {
            prop_assert!(water.atoms() as f64 <= exact + error, "{water:?} {exact}");
        }
    }

    #[test]
    fn decaying_at_every_sync_equals_decaying_once(
        peak in 1u64..1 << 50, waits in prop::collection::vec(0i64..2 * 86_400, 1..30),
    ) {
        let (mut often, mut now) = (sold_to(peak, 0), 0);
        for wait in &waits {
            now += wait;
            often = often.decay(0, now, EPOCH_SECONDS, HALF_LIFE).unwrap();
        }
        let once = sold_to(peak, 0).decay(0, now, EPOCH_SECONDS, HALF_LIFE).unwrap();
        // Each decay is within 8 of 2^32 and rounds up by less than an atom.
        let bound = ((peak >> 32) + 1) * 16 * waits.len() as u64;
        prop_assert!(often.mark_atoms.abs_diff(once.mark_atoms) <= bound, "{often:?} {once:?}");
    }

    #[test]
    fn empty_drift_buckets_save_up_no_time_and_a_day_empties_them(
        used in prop::array::uniform2(0u32..=60_000), elapsed in 0i64..3 * 86_400, start in 0i64..1 << 40,
    ) {
        let empty = DriftBudget::new(start).drain(start + elapsed, &PARAMS).unwrap();
        prop_assert_eq!(empty, DriftBudget::new(start + elapsed));
        let [up_used_ppm, down_used_ppm] = used;
        let full = DriftBudget { up_used_ppm, down_used_ppm, updated_at_seconds: start };
        let later = full.drain(start + 86_400 + elapsed, &PARAMS).unwrap();
        prop_assert_eq!(later, DriftBudget::new(start + 86_400 + elapsed));
    }

    #[test]
    fn the_buckets_drain_evenly_and_each_direction_has_its_own(
        used in prop::array::uniform2(0u32..=50_000), elapsed in 0i64..86_400,
    ) {
        let [up_used_ppm, down_used_ppm] = used;
        let budget = DriftBudget { up_used_ppm, down_used_ppm, updated_at_seconds: 0 };
        let later = budget.drain(elapsed, &PARAMS).unwrap();
        let drained = (elapsed as u64 * 50_000 / 86_400) as u32;
        prop_assert_eq!(later.up_used_ppm, up_used_ppm.saturating_sub(drained));
        prop_assert_eq!(later.down_used_ppm, down_used_ppm.saturating_sub(drained));
        let spent = later.spend(-7).unwrap().spend(11).unwrap();
        prop_assert_eq!(spent.up_left_ppm(&PARAMS), later.up_left_ppm(&PARAMS).saturating_sub(11));
        prop_assert_eq!(spent.down_left_ppm(&PARAMS), later.down_left_ppm(&PARAMS).saturating_sub(7));
    }
}

#[test]
fn a_window_of_two_epochs_ends_at_its_second() {
    // Without a mark, so that the peaks show.
    let peak = HighWater { mark_atoms: 0, ..sold_to(1_000, 0) };
    let at = |water: HighWater, epochs: i64, seconds: i64| {
        water.decay(0, epochs * EPOCH + seconds, EPOCH_SECONDS, HALF_LIFE).unwrap()
    };
    assert_eq!(at(peak, 2, -1).window_start_seconds, 0);
    assert_eq!(at(peak, 2, 0).window_start_seconds, 2 * EPOCH);
    assert_eq!(at(peak, 4, -1).atoms(), 1_000, "the peak of the window before");
    assert_eq!(at(peak, 4, 0).atoms(), 0, "two windows later");
    assert_eq!(at(at(peak, 2, 0), 4, -1).atoms(), 1_000);
    assert_eq!(at(at(peak, 2, 0), 4, 0).atoms(), 0);
}

#[test]
fn a_sync_lets_the_mark_decay_and_the_drift_drain_even_when_nothing_moves() {
    let curve =
        Curve { reserve_atoms: 1 << 40, circulating_atoms: DEPTH / 4, depth_atoms: DEPTH, virtual_atoms: 1 << 40 };
    let drift = DriftBudget { up_used_ppm: 50_000, down_used_ppm: 50_000, updated_at_seconds: 0 };
    let state = SyncState { drift, ..state_with_mark(DEPTH / 2) };
    let week = i64::from(HALF_LIFE);
    for refused in [
        SyncInput { is_paused: true, ..input(0) },
        SyncInput { is_stale: true, ..input(0) },
        SyncInput { lost_usage_fees_atoms: 0, ..input(1) },
    ] {
        let kept = sync(&curve, &state, &PARAMS, &refused, week).unwrap();
        assert!(!kept.reason.moved());
        assert_eq!(kept.state_after.high_water.atoms(), DEPTH / 4 + DEPTH / 8, "half of the way back");
        assert_eq!(kept.state_after.drift, DriftBudget::new(week));
    }
    let up = sync(&curve, &state, &PARAMS, &input(5_500), week).unwrap();
    assert_eq!(up.reason, SyncReason::SteppedUp);
    assert_eq!(up.state_after.drift, DriftBudget { up_used_ppm: 5_500, ..DriftBudget::new(week) });
}

#[test]
fn a_clock_that_went_back_stays_in_the_present_window_and_lowers_no_mark() {
    let bought = HighWater::new(100 * EPOCH).record(0, 1_000, 100 * EPOCH, EPOCH_SECONDS);
    for now_seconds in [100 * EPOCH - 1, 0, i64::MIN] {
        assert_eq!(bought.record(1_000, 10, now_seconds, EPOCH_SECONDS), bought, "{now_seconds}");
        let more = bought.record(1_000, 1_001, now_seconds, EPOCH_SECONDS);
        assert_eq!(more, HighWater { mark_atoms: 1_001, peak_atoms: 1_001, ..bought }, "{now_seconds}");
    }
}
