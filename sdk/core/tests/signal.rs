//! Laws of the signal: from averages of paid use to a direction and a size.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    market::MarketParams,
    sync::{growth_fees_atoms, signal_step_ppm},
};
use proptest::prelude::*;

use common::any_atoms;

const PARAMS: MarketParams = MarketParams::DEFAULT;

fn step(recent: u64, slow: u64, quality_ppm: u32) -> i32 {
    signal_step_ppm(recent, recent, slow, quality_ppm, &PARAMS).unwrap()
}

/// The formula without rounding, in parts per million.
fn exact(recent: u64, slow: u64, quality_ppm: u32, params: &MarketParams) -> f64 {
    let ratio = recent as f64 / slow as f64 * f64::from(quality_ppm) / 1e6;
    let gained = f64::from(params.gain_milli) / 1e3 * (ratio - 1.0) / (ratio + 1.0);
    f64::from(params.step_max_ppm) * gained.clamp(-1.0, 1.0)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_signal_is_the_formula_rounded_toward_no_step(
        recent in any_atoms(), slow in any_atoms(), quality_ppm in 0u32..=2_000_000, gain_milli in 1u32..10_000,
    ) {
        let slow = slow.max(1);
        let params = MarketParams { gain_milli, ..PARAMS };
        let got = f64::from(signal_step_ppm(recent, recent, slow, quality_ppm, &params).unwrap());
        let exact = exact(recent, slow, quality_ppm, &params);
        let ratio = recent as f64 / slow as f64 * f64::from(quality_ppm) / 1e6;
        if (ratio - 1.0).abs() > 0.050_001 {
            prop_assert!((got - exact).abs() <= 1.1, "{got} for {exact}");
            prop_assert!(got.abs() <= exact.abs() + 0.001 && got * exact >= 0.0);
        } else if (ratio - 1.0).abs() < 0.049_999 {
            prop_assert_eq!(got, 0.0);
        }
        prop_assert!(got.abs() <= f64::from(PARAMS.step_max_ppm));
    }

    #[test]
    fn more_recent_use_or_better_quality_never_lowers_the_step(
        recent in 0u64..1 << 31, more in 0u64..1 << 30, slow in 0u64..1 << 31, quality in 0u32..1_000_000, better in 0u32..1_000_000,
    ) {
        prop_assert!(step(recent + more, slow, quality) >= step(recent, slow, quality));
        prop_assert!(step(recent, slow, quality + better) >= step(recent, slow, quality));
    }

    #[test]
    fn the_lower_of_the_fast_and_the_middle_average_decides(low in any_atoms(), above in any_atoms(), slow in any_atoms()) {
        let high = low.saturating_add(above);
        // Scaling drops bits of the averages together, so both orders are compared with each other and with equality.
        let (one, other) = (signal_step_ppm(low, high, slow, 1_000_000, &PARAMS), signal_step_ppm(high, low, slow, 1_000_000, &PARAMS));
        prop_assert_eq!(one, other);
        prop_assert_eq!(one, signal_step_ppm(low, low, slow, 1_000_000, &PARAMS));
    }

    #[test]
    fn the_unit_of_the_averages_does_not_matter(recent in 1u64 << 20..1 << 31, slow in 1u64 << 20..1 << 31, bits in 0u32..=33) {
        let scaled = step(recent << bits, slow << bits, 1_000_000);
        prop_assert_eq!(scaled, step(recent, slow, 1_000_000));
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn growth_alone_pays_for_a_step_and_never_more_than_was_lost(
        lost in any_atoms(), recent in 0u64..1 << 31, other in 0u64..1 << 31, slow in 0u64..1 << 31, quality_ppm in 0u32..=2_000_000,
    ) {
        let paid = growth_fees_atoms(lost, recent, other, slow, quality_ppm).unwrap();
        let weighed = u128::from(recent.min(other)) * u128::from(quality_ppm);
        let usual = u128::from(slow) * 1_000_000;
        let expected = if weighed > usual { u128::from(lost) * (weighed - usual) / weighed } else { 0 };
        prop_assert_eq!(u128::from(paid), expected);
        prop_assert!(paid <= lost);
        let direction = signal_step_ppm(recent, other, slow, quality_ppm, &PARAMS).unwrap();
        prop_assert!(direction <= 0 || paid > 0 || lost < 21, "an upward signal is growth of a twentieth at least");
    }
}

#[test]
fn the_dead_band_ends_at_five_percent() {
    assert_eq!(step(1_050_000, 1_000_000, 1_000_000), 0);
    assert_eq!(step(950_000, 1_000_000, 1_000_000), 0);
    assert!(step(1_050_001, 1_000_000, 1_000_000) > 0);
    assert!(step(949_999, 1_000_000, 1_000_000) < 0);
    let unbanded = MarketParams { dead_band_ppm: 0, ..PARAMS };
    assert_eq!(signal_step_ppm(1_000, 1_000, 1_000, 1_000_000, &unbanded), Ok(0));
    assert_eq!(signal_step_ppm(1_010, 1_010, 1_000, 1_000_000, &unbanded), Ok(54), "2 * 10 / 2,010 of 5,500");
}
