//! Laws of windows and bonds.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    bond::{required_bond, split_forfeit},
    window::{after_seconds, at_seconds, elapsed_seconds, end_seconds, epoch_index, is_open},
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
        prop_assert_eq!(elapsed_seconds(start, now).is_ok(), now >= start && now.checked_sub(start).is_some());
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
    fn a_bond_covers_each_of_its_reasons(
        min in any_atoms(), multiple_bps: u32, fee in any_atoms(), at_risk in any_atoms(),
    ) {
        let multiple = (u128::from(fee) * u128::from(multiple_bps)).div_ceil(10_000);
        let expected = u64::try_from(multiple).map(|multiple| min.max(multiple).max(at_risk));
        prop_assert_eq!(required_bond(min, multiple_bps, fee, at_risk).ok(), expected.ok());
    }

    #[test]
    fn a_forfeited_bond_is_shared_to_the_atom(bond in any_atoms()) {
        let (winner, vault) = split_forfeit(bond).unwrap();
        prop_assert_eq!(winner + vault, bond);
        prop_assert!(vault - winner <= 1);
    }
}
