//! Laws of windows and bonds.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    bond::{BondTerms, ChallengeTerms, Forfeit},
    window::{Moment, after_seconds, at_seconds, elapsed_seconds, end_seconds, epoch_index, is_open, seconds_between},
};
use proptest::prelude::*;

use common::any_atoms;

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_window_is_open_before_its_end_and_over_from_it_on(end in i64::MIN + 1..i64::MAX) {
        prop_assert!(is_open(end - 1, end) && !is_open(end, end) && !is_open(end + 1, end));
    }

    #[test]
    fn an_epoch_begins_at_its_first_second(epoch in 1u64..1 << 30, length in 1u32..) {
        let start = (epoch * u64::from(length)) as i64;
        prop_assert_eq!(epoch_index(start - 1, length), Ok(epoch - 1));
        prop_assert_eq!(epoch_index(start, length), Ok(epoch));
    }

    #[test]
    fn times_out_of_range_are_errors(start: i64, length: u32, now: i64) {
        prop_assert_eq!(end_seconds(start, length).ok(), start.checked_add(i64::from(length)));
        prop_assert_eq!(seconds_between(start, now).is_ok(), now >= start && now.checked_sub(start).is_some());
        prop_assert_eq!(epoch_index(now, length).is_ok(), now >= 0 && length > 0);
    }

    #[test]
    fn a_moment_after_the_start_is_kept_and_any_other_counts_as_the_nearest(start: i64, after: u32, other: i64) {
        let moment = at_seconds(start, after);
        prop_assert_eq!(i128::from(moment), (i128::from(start) + i128::from(after)).min(i64::MAX.into()));
        let nearest = (i128::from(other) - i128::from(start)).clamp(0, u32::MAX.into());
        prop_assert_eq!(i128::from(after_seconds(start, other)), nearest);
    }

    #[test]
    fn a_healthy_cluster_is_governed_by_its_clock(
        seconds in 0i64..1 << 40, slot in 0u64..1 << 40, passed in 0i64..1 << 30, slot_milliseconds in 200u64..=400,
    ) {
        let then = Moment { seconds, slot };
        // Within a slot of the present.
        let slots = (passed as u64 * 1_000).div_ceil(slot_milliseconds);
        prop_assert_eq!(elapsed_seconds(then, Moment { seconds: seconds + passed, slot: slot + slots }), passed as u64);
    }

    #[test]
    fn nothing_elapses_while_the_cluster_stands_still_or_time_goes_back(
        seconds in 0i64..1 << 40, slot in 0u64..1 << 40, outage in 0i64..1 << 30, back in 1i64..1_000,
    ) {
        let then = Moment { seconds, slot };
        prop_assert_eq!(elapsed_seconds(then, Moment { seconds: seconds + outage, slot }), 0);
        prop_assert_eq!(elapsed_seconds(then, Moment { seconds: seconds - back, slot: slot + 1_000_000 }), 0);
        prop_assert_eq!(elapsed_seconds(then, Moment { seconds: seconds + outage, slot: slot.saturating_sub(1) }), 0);
    }

    /// Whatever outages there are and whenever they come: of a window, the cluster has run for at least half at slots of 400
    /// milliseconds, and for a quarter at 200.
    #[test]
    fn a_cluster_has_run_for_its_part_of_every_window(
        outages in prop::collection::vec((0u64..100_000, 0i64..100_000), 0..10), slot_milliseconds in 200u64..=400,
        window in 1u64..100_000,
    ) {
        let then = Moment::default();
        let (mut now, mut ran_milliseconds) = (then, 0);
        for (slots, outage_seconds) in outages {
            ran_milliseconds += slots * slot_milliseconds;
            now.slot += slots;
            now.seconds = now.seconds + (slots * slot_milliseconds / 1_000) as i64 + outage_seconds;
            if elapsed_seconds(then, now) >= window {
                prop_assert!(ran_milliseconds * 800 >= window * 1_000 * slot_milliseconds);
            }
        }
    }

    #[test]
    fn a_bond_covers_each_of_its_reasons(
        min in any_atoms(), multiple_bps: u32, fee in any_atoms(), at_risk in any_atoms(), detection_bps in 1u32..=10_000,
    ) {
        let multiple = (u128::from(fee) * u128::from(multiple_bps)).div_ceil(10_000);
        let deterring = (u128::from(at_risk) * 20_000).div_ceil(detection_bps.into());
        let expected = u64::try_from(multiple.max(deterring)).map(|more| min.max(more));
        let terms = BondTerms { min_bond_atoms: min, bond_multiple_bps: multiple_bps, detection_bps };
        prop_assert_eq!(terms.required_bond(fee, at_risk).ok(), expected.ok());
    }

    /// The half that nobody gets back, times the chance to lose it, is at least what a lie could take.
    #[test]
    fn a_lie_costs_more_on_average_than_the_value_that_rests_on_it(
        fee in 0u64..1 << 40, at_risk in 0u64..1 << 40, detection_bps in 1u32..=10_000,
    ) {
        let terms = BondTerms { min_bond_atoms: 1, bond_multiple_bps: 10_000, detection_bps };
        let sink_atoms = Forfeit::of(terms.required_bond(fee, at_risk).unwrap()).sink_atoms;
        prop_assert!(u128::from(sink_atoms) * u128::from(detection_bps) >= u128::from(at_risk) * 10_000);
    }

    #[test]
    fn a_challenge_is_within_everybodys_reach_and_never_cheaper_than_what_it_delays(
        bond in any_atoms(), fee in any_atoms(), cost in 0u64..1 << 60, more in 0u64..1 << 60,
    ) {
        let terms = ChallengeTerms { dispute_cost_atoms: cost, bond_max_atoms: 1 + 4 * cost + more };
        let challenge = terms.bond(bond, fee).unwrap();
        prop_assert!(challenge <= terms.bond_max_atoms);
        prop_assert!(challenge >= 4 * cost && challenge >= fee.min(terms.bond_max_atoms));
        let expected = bond.div_ceil(4).clamp(4 * cost, terms.bond_max_atoms).max(fee.min(terms.bond_max_atoms));
        prop_assert_eq!(challenge, expected);
        prop_assert!(terms.stipend(bond) <= cost.min(Forfeit::of(bond).winner_atoms / 2));
    }

    #[test]
    fn a_forfeited_bond_is_shared_to_the_atom(bond in any_atoms()) {
        let Forfeit { sink_atoms, winner_atoms } = Forfeit::of(bond);
        prop_assert_eq!(sink_atoms + winner_atoms, bond);
        prop_assert!(sink_atoms >= winner_atoms && sink_atoms - winner_atoms <= 1);
    }
}
