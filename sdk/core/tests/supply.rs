//! Laws of what sync remembers of the supply: its peaks, its averages, and the integral that they are formed of.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    history::{History, mean_supply_atoms},
    market::MarketParams,
    sync::Supply,
};
use proptest::prelude::*;

use common::{DEPTH, EPOCH, any_atoms};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const EPOCH_SECONDS: u32 = EPOCH as u32;

fn curve(circulating_atoms: u64) -> Curve {
    Curve { reserve_atoms: 1 << 40, circulating_atoms, depth_atoms: DEPTH, virtual_atoms: 1 }
}

/// The averages after a time in which the supply was `atoms`.
fn stood(supply: &Supply, atoms: u64, since: i64, now: i64) -> Supply {
    let elapsed = (now - since) as u64;
    let integral = u128::from(atoms) * u128::from(elapsed);
    supply.average(&curve(atoms), integral, elapsed, now, &PARAMS).unwrap()
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_peaks_cover_every_supply_of_two_epochs(
        trades in prop::collection::vec((0u64..1_000_000, 0i64..6_000, any::<bool>()), 1..60),
    ) {
        let mut supply = Supply::new(0);
        let (mut now, mut last_sync, mut atoms, mut integral) = (0, 0, 0, 0u128);
        let mut stood: Vec<(i64, u64)> = vec![(0, 0)];
        for (next, wait, syncs) in trades {
            now += wait;
            integral += u128::from(atoms) * wait as u128;
            stood.push((now, atoms));
            if syncs && now > last_sync {
                supply = supply.average(&curve(atoms), integral, (now - last_sync) as u64, now, &PARAMS).unwrap();
                (last_sync, integral) = (now, 0);
            } else {
                supply = supply.record(atoms, next, now, EPOCH_SECONDS);
                atoms = next;
                stood.push((now, atoms));
            }
            let recent = stood.iter().filter(|(at, _)| *at > now - 2 * EPOCH).map(|(_, atoms)| *atoms).max().unwrap();
            prop_assert!(supply.high_atoms(atoms) >= recent, "{supply:?} {recent}");
        }
    }

    #[test]
    fn an_average_lies_between_what_it_averages_and_never_below(
        before in 0u64..DEPTH, atoms in 0u64..DEPTH, elapsed in 1i64..100_000_000,
    ) {
        let supply = Supply { short_average_atoms: before, long_average_atoms: before, ..Supply::new(0) };
        let after = stood(&supply, atoms, 0, elapsed);
        for (average, half_life) in [
            (after.short_average_atoms, PARAMS.supply_half_life_seconds),
            (after.long_average_atoms, PARAMS.pricing_half_life_seconds),
        ] {
            prop_assert!((before.min(atoms)..=before.max(atoms)).contains(&average));
            let kept = (-(elapsed as f64) / f64::from(half_life)).exp2();
            let exact = atoms as f64 + (before as f64 - atoms as f64) * kept;
            // Eight units of 2^-32 in the factor, one atom of rounding, and what a float has no room for.
            let bound = 8.0 * before.abs_diff(atoms) as f64 / (1u64 << 32) as f64 + 2.0;
            prop_assert!((average as f64 - exact).abs() <= bound, "{average} for {exact}");
        }
    }

    #[test]
    fn syncs_in_between_leave_the_averages_where_they_are(
        before in 0u64..DEPTH, atoms in 0u64..DEPTH, waits in prop::collection::vec(3_600i64..1_000_000, 1..30),
    ) {
        let start = Supply { short_average_atoms: before, long_average_atoms: before, ..Supply::new(0) };
        let (mut often, mut now) = (start, 0);
        for wait in &waits {
            often = stood(&often, atoms, now, now + wait);
            now += wait;
        }
        let once = stood(&start, atoms, 0, now);
        let bound = (before.abs_diff(atoms) >> 32) * 16 * (waits.len() as u64 + 1) + waits.len() as u64 + 1;
        prop_assert!(often.short_average_atoms.abs_diff(once.short_average_atoms) <= bound);
        prop_assert!(often.long_average_atoms.abs_diff(once.long_average_atoms) <= bound);
    }

    #[test]
    fn what_leaves_for_a_part_of_the_time_weighs_that_part(
        atoms in 1u64..DEPTH, away in 0i64..EPOCH, leaves in 0i64..EPOCH,
    ) {
        // Whenever it happens within the epoch, and however often somebody trades meanwhile.
        let back = (leaves + away).min(EPOCH);
        let mut history = History::new(0);
        for (until, supply) in [(leaves, atoms), ((leaves + back) / 2, 0), (back, 0), (EPOCH, atoms)] {
            history = history.observe(&curve(supply), until).unwrap();
        }
        let seconds_there = (EPOCH - (back - leaves)) as u64;
        prop_assert_eq!(history.supply_atom_seconds, u128::from(atoms) * u128::from(seconds_there));
        let mean = mean_supply_atoms(history.supply_atom_seconds, EPOCH as u64, DEPTH).unwrap();
        prop_assert_eq!(u128::from(mean), (u128::from(atoms) * u128::from(seconds_there)).div_ceil(EPOCH as u128));
    }

    #[test]
    fn steps_are_paid_at_no_less_than_half_the_depth_and_below_all_of_it(
        supply in prop::array::uniform4(any_atoms()), circulating in any_atoms(), depth in 2u64..,
    ) {
        let [peak_atoms, last_peak_atoms, short_average_atoms, long_average_atoms] = supply;
        let supply = Supply { peak_atoms, last_peak_atoms, short_average_atoms, long_average_atoms, ..Supply::new(0) };
        let pricing = supply.pricing_atoms(circulating, depth);
        prop_assert!(pricing >= depth / 2 && pricing < depth);
        prop_assert!(pricing >= circulating.max(long_average_atoms).min(depth - 1));
        let high = supply.high_atoms(circulating);
        prop_assert_eq!(high, [circulating, peak_atoms, last_peak_atoms, short_average_atoms].into_iter().max().unwrap());
    }

    #[test]
    fn a_mean_rounds_up_and_stays_below_the_depth(integral: u128, elapsed in any_atoms(), depth in any_atoms()) {
        match mean_supply_atoms(integral, elapsed, depth) {
            Ok(mean) => prop_assert_eq!(u128::from(mean), integral.div_ceil(u128::from(elapsed)).min(u128::from(depth))),
            Err(error) => prop_assert!(elapsed == 0 && error == CoreError::DivisionByZero),
        }
    }
}

#[test]
fn the_peaks_hold_for_two_epochs_after_everybody_sold() {
    let bought = Supply::new(0).record(0, 1_000, 100, EPOCH_SECONDS);
    let sold = bought.record(1_000, 0, 200, EPOCH_SECONDS);
    assert_eq!(sold.high_atoms(0), 1_000);
    assert_eq!(stood(&sold, 0, 200, 7_199).high_atoms(0), 1_000, "one second before the window is over");
    let next = stood(&sold, 0, 200, 7_200);
    assert_eq!((next.peak_atoms, next.last_peak_atoms, next.window_start_seconds), (0, 1_000, 7_200));
    assert_eq!(next.record(0, 5, 14_399, EPOCH_SECONDS).high_atoms(5), 1_000);
    assert_eq!(next.record(0, 5, 14_400, EPOCH_SECONDS).high_atoms(5), 5, "four epochs after the window began");
}

/// Nobody's trade is refused for it, and no window begins.
#[test]
fn a_clock_that_went_back_stays_in_the_present_window() {
    let supply = Supply::new(1_000).record(0, 50, 2_000, EPOCH_SECONDS);
    let back = supply.record(50, 70, 0, EPOCH_SECONDS);
    assert_eq!(back, Supply { peak_atoms: 70, ..supply });
}
