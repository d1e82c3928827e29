//! Laws of what a market remembers of its course: no observation in between changes an average, and no moment bends it.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    history::{History, PRICE_LOG_FRACTION_BITS, mean_price_q64, price_log_q24},
};
use proptest::prelude::*;

use common::solvent_curve;

const ONE_Q24: f64 = (1u32 << PRICE_LOG_FRACTION_BITS) as f64;

/// The logarithm of the spot price to base 2.
fn log2(curve: &Curve) -> f64 {
    (curve.quote_atoms().unwrap() as f64).log2() - (curve.token_atoms().unwrap() as f64).log2()
}

/// A curve of that price in quote atoms per 2^20 token atoms.
fn priced(quote_atoms: u64) -> Curve {
    Curve { reserve_atoms: 0, circulating_atoms: 0, depth_atoms: 1 << 20, virtual_atoms: quote_atoms }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_logarithm_is_within_a_millionth_of_the_exact_one(curve in solvent_curve()) {
        let error = price_log_q24(&curve).unwrap() as f64 / ONE_Q24 - log2(&curve);
        prop_assert!(error.abs() <= (-20f64).exp2(), "{error}");
    }

    #[test]
    fn a_higher_price_never_has_a_lower_logarithm(quote in 1u64..1 << 62, more in 0u64..1 << 20) {
        // Within the accuracy: two prices may be closer than that.
        let (low, high) = (price_log_q24(&priced(quote)).unwrap(), price_log_q24(&priced(quote + more)).unwrap());
        prop_assert!(high >= low - 8, "{low} {high}");
    }

    #[test]
    fn observing_in_between_changes_no_integral(
        curves in prop::collection::vec((solvent_curve(), prop::collection::vec(0i64..10_000, 0..5)), 1..8), start in -1i64 << 40..1 << 40,
    ) {
        let (mut often, mut seldom, mut now) = (History::new(start), History::new(start), start);
        for (curve, waits) in curves {
            for wait in waits {
                now += wait;
                often = often.observe(&curve, now).unwrap();
            }
            seldom = seldom.observe(&curve, now).unwrap();
        }
        prop_assert_eq!(often, seldom);
    }

    #[test]
    fn an_integral_is_the_sum_of_what_stood_times_how_long(
        curves in prop::collection::vec((solvent_curve(), 0i64..100_000_000), 1..10),
    ) {
        let (mut history, mut now, mut supply, mut log) = (History::new(0), 0, 0u128, 0i64);
        for (curve, wait) in curves {
            now += wait;
            history = history.observe(&curve, now).unwrap();
            supply += u128::from(curve.circulating_atoms) * wait as u128;
            log += price_log_q24(&curve).unwrap() * wait;
        }
        let expected = History { observed_at_seconds: now, supply_atom_seconds: supply, price_log_seconds: log };
        prop_assert_eq!(history, expected);
    }

    #[test]
    fn a_clock_that_went_back_adds_nothing(curve in solvent_curve(), now in 0i64..1 << 40, back in 0i64..1 << 41) {
        let history = History::new(0).observe(&curve, now).unwrap();
        prop_assert_eq!(history.observe(&curve, now - back), Ok(history));
        // The seconds that come a second time do not count a second time.
        let again = history.observe(&curve, now - back).unwrap().observe(&curve, now + 1).unwrap();
        prop_assert_eq!(again, History::new(0).observe(&curve, now + 1).unwrap());
    }

    #[test]
    fn any_clock_and_any_curve_give_a_history_or_an_error(
        curve in solvent_curve(), at: i64, now: i64, supply_atom_seconds: u128, price_log_seconds: i64,
    ) {
        let history = History { observed_at_seconds: at, supply_atom_seconds, price_log_seconds };
        match history.observe(&curve, now) {
            Ok(after) => prop_assert_eq!(after.observed_at_seconds, at.max(now)),
            Err(error) => prop_assert!(error == CoreError::Overflow && supply_atom_seconds > u128::MAX / 2),
        }
    }

    #[test]
    fn the_mean_of_a_price_that_stood_is_that_price(quote in 1u64..1 << 62, elapsed in 1i64..1 << 32, earlier: i64) {
        let curve = priced(quote);
        let history = History { observed_at_seconds: 0, supply_atom_seconds: 0, price_log_seconds: earlier };
        // Readings wrap, their difference does not.
        let later = history.observe(&curve, elapsed).unwrap().price_log_seconds;
        let mean_q64 = mean_price_q64(earlier, later, elapsed as u64).unwrap();
        let exact_q64 = curve.spot_price_q64().unwrap();
        let error = mean_q64 as f64 / exact_q64 as f64 - 1.0;
        prop_assert!(error.abs() < 1e-6, "{error}");
    }

    #[test]
    fn a_mean_is_geometric(prices in prop::collection::vec((1u64..1 << 50, 1i64..100_000), 1..8)) {
        let (mut history, mut now, mut sum) = (History::new(0), 0, 0.0);
        for (quote, wait) in prices {
            now += wait;
            history = history.observe(&priced(quote), now).unwrap();
            sum += log2(&priced(quote)) * wait as f64;
        }
        let mean_q64 = mean_price_q64(0, history.price_log_seconds, now as u64).unwrap() as f64;
        let error = (mean_q64.log2() - 64.0) - sum / now as f64;
        prop_assert!(error.abs() < 2e-6, "{error}");
    }

    #[test]
    fn a_second_at_a_million_times_the_price_moves_the_mean_of_an_hour_by_less_than_half_a_percent(
        quote in 1u64..1 << 40, second in 0i64..3_600,
    ) {
        let mean_q64 = |spike: u64| {
            let (usual, bent) = (priced(quote), priced(quote * spike));
            let before = History::new(0).observe(&usual, second).unwrap();
            let history = before.observe(&bent, second + 1).unwrap().observe(&usual, 3_600).unwrap();
            mean_price_q64(0, history.price_log_seconds, 3_600).unwrap() as f64
        };
        let moved = mean_q64(1_000_000) / mean_q64(1) - 1.0;
        prop_assert!(moved > 0.003 && moved < 0.005, "{moved}");
    }

    #[test]
    fn any_readings_give_a_mean_or_an_error(earlier: i64, later: i64, elapsed: u64) {
        let mean = mean_price_q64(earlier, later, elapsed);
        prop_assert_eq!(mean == Err(CoreError::DivisionByZero), elapsed == 0);
        prop_assert!(mean.is_ok() || mean == Err(CoreError::DivisionByZero) || mean == Err(CoreError::Overflow));
    }
}

#[test]
fn powers_of_two_have_exact_logarithms_and_means() {
    for (quote, log) in [(1 << 20, 0), (1 << 21, 1), (1 << 19, -1), (1, -20), (1 << 60, 40)] {
        assert_eq!(price_log_q24(&priced(quote)), Ok(log << PRICE_LOG_FRACTION_BITS));
        let later = log * (3_600 << PRICE_LOG_FRACTION_BITS);
        assert_eq!(mean_price_q64(0, later, 3_600), Ok(1 << (64 + log)));
    }
    // What no reading of a market gives.
    assert_eq!(mean_price_q64(0, 64 << PRICE_LOG_FRACTION_BITS, 1), Err(CoreError::Overflow));
    assert_eq!(mean_price_q64(0, -(98 << PRICE_LOG_FRACTION_BITS), 1), Err(CoreError::Overflow));
    assert_eq!(mean_price_q64(0, 1, 1 << 63), Err(CoreError::Overflow));
}
