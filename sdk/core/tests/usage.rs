//! Laws of the usage averages and of the count of distinct requesters.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    math::{ONE_Q32, exp2_neg_q32},
    usage::{
        LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, counted_share_atoms, hll_estimate, hll_insert, quality_ppm,
        sum_advance,
    },
};
use modchains_test_seed::Ensemble;
use proptest::prelude::*;

use common::any_atoms;

const EPOCH: u32 = 3_600;

/// SplitMix64 as a stand-in for the SHA-256 of a requester's address.
fn hash(of: u64) -> u64 {
    let mixed = of.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn half_life() -> impl Strategy<Value = u32> {
    prop_oneof![Just(SHORT_HALF_LIFE_SECONDS), Just(LONG_HALF_LIFE_SECONDS)]
}

/// A sum of use in Q32 atoms, up to 2^60 atoms.
fn sum_q32() -> impl Strategy<Value = u128> {
    (any_atoms(), any::<u32>()).prop_map(|(atoms, fraction)| (u128::from(atoms >> 4) << 32) | u128::from(fraction))
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_power_of_two_is_within_its_error_bound(seconds in any_atoms(), half_life in 1u32..) {
        let exact = (-(seconds as f64) / f64::from(half_life)).exp2() * ONE_Q32 as f64;
        let got = exp2_neg_q32(seconds, half_life).unwrap();
        prop_assert!(got <= ONE_Q32);
        prop_assert!((got as f64 - exact).abs() < 8.0, "{got} for {exact}");
    }

    #[test]
    fn a_longer_time_never_leaves_more(seconds in 0u64..1 << 32, more in 0u64..1 << 20, half_life in 1u32..) {
        let (short, long) = (exp2_neg_q32(seconds, half_life).unwrap(), exp2_neg_q32(seconds + more, half_life).unwrap());
        prop_assert!(long <= short + 8);
    }

    #[test]
    fn missed_epochs_in_one_step_equal_them_one_by_one(
        sum in sum_q32(), value in any_atoms(), first in 1u64..200, second in 0u64..200, half_life in half_life(),
    ) {
        let value = value >> 4;
        let at_once = sum_advance(sum, value, first + second, EPOCH, half_life).unwrap();
        let part = sum_advance(sum, value, first, EPOCH, half_life).unwrap();
        let parts = sum_advance(part, 0, second, EPOCH, half_life).unwrap();
        // Each factor is within 8 of 2^32 and each product rounds down by less than one.
        let bound = ((sum + (u128::from(value) << 32)) >> 32) * 32 + 4;
        prop_assert!(at_once.abs_diff(parts) <= bound, "{at_once} and {parts}");
    }

    #[test]
    fn a_sum_follows_the_exact_one_and_never_grows_by_itself(
        sum in sum_q32(), value in any_atoms(), epochs in 1u64..2_000, half_life in half_life(),
    ) {
        let value = value >> 4;
        let whole = sum + (u128::from(value) << 32);
        let kept = (-(epochs as f64) * f64::from(EPOCH) / f64::from(half_life)).exp2();
        let got = sum_advance(sum, value, epochs, EPOCH, half_life).unwrap();
        prop_assert!((got as f64 - whole as f64 * kept).abs() <= whole as f64 / (1u64 << 28) as f64 + 2.0);
        prop_assert!(got <= whole);
        prop_assert!(sum_advance(sum, value, 0, EPOCH, half_life).unwrap() == whole, "no time, no loss");
    }

    #[test]
    fn any_input_gives_a_value_or_an_error(
        sum: u128, value in any_atoms(), epochs in any_atoms(), epoch: u32, half_life: u32, registers: [u8; 32],
    ) {
        let advanced = sum_advance(sum, value, epochs, epoch, half_life);
        prop_assert_eq!(advanced.is_err(), half_life == 0);
        prop_assert!(advanced.unwrap_or(0) < 1 << 95);
        let mut sketch = [0; 64];
        sketch[..32].copy_from_slice(&registers);
        prop_assert!(hll_estimate(&sketch) > 0 || registers.iter().all(|rank| *rank == 0));
    }

    #[test]
    fn what_counts_is_the_share_of_the_capped_fees_discounted_by_quality(
        share in any_atoms(), fees in any_atoms(), distinct: u32, cap in any_atoms(), quality: u32,
    ) {
        let counted = counted_share_atoms(share, fees, distinct, cap, quality).unwrap();
        let (share, fees) = (u128::from(share), u128::from(fees));
        let cap = (u128::from(cap) * u128::from(distinct)).min(u128::from(u64::MAX));
        let capped = if fees > cap { share * cap / fees } else { share };
        prop_assert_eq!(u128::from(counted), capped * u128::from(quality.min(1_000_000)) / 1_000_000);
        // Quality and cap only ever discount, and more requesters never count for less.
        prop_assert!(u128::from(counted) <= share);
        let more = counted_share_atoms(share as u64, fees as u64, distinct.saturating_add(1), cap as u64, quality).unwrap();
        prop_assert!(distinct == 0 || more >= counted || cap == u128::from(u64::MAX));
    }

    #[test]
    fn one_requester_alone_counts_for_no_more_than_the_cap(share_bps in 1u64..10_000, fees in 1u64..1 << 50, cap in 1u64..1 << 40) {
        let share = (u128::from(fees) * u128::from(share_bps) / 10_000) as u64;
        let counted = counted_share_atoms(share, fees, 1, cap, 1_000_000).unwrap();
        prop_assert!(u128::from(counted) * 10_000 <= u128::from(cap) * u128::from(share_bps));
    }

    #[test]
    fn a_requester_who_comes_back_is_not_counted_again(distinct in 1u64..2_000, salt: u64) {
        let once = sketch(distinct, salt);
        let mut again = once;
        (0..distinct).for_each(|requester| hll_insert(&mut again, hash(requester ^ salt)));
        prop_assert_eq!(once, again);
    }
}

/// The registers after `distinct` requesters, whose addresses are hashed with `salt`.
fn sketch(distinct: u64, salt: u64) -> [u8; 64] {
    let mut registers = [0; 64];
    (0..distinct).for_each(|requester| hll_insert(&mut registers, hash(requester ^ salt)));
    registers
}

#[test]
fn nine_in_ten_counts_are_within_thirty_percent_and_the_middle_one_within_five() {
    for distinct in [1, 2, 5, 10, 20, 50, 100, 160, 200, 400, 1_000, 7_697, 20_000] {
        let estimate = |salt| f64::from(hll_estimate(&sketch(distinct, salt)));
        let error = Ensemble::draw(1_000, |random| estimate(random.next()) / distinct as f64 - 1.0);
        // A count is a whole number: the middle one of few requesters may be one off.
        let one = 1.0 / distinct as f64 + f64::EPSILON;
        assert!(error.median().abs() < one.max(0.05), "{distinct}: half are below {}", error.median());
        assert!(error.mean().abs() < 0.05, "{distinct}: off by {} on average", error.mean());
        let (low, high) = (error.quantile(0.05), error.quantile(0.95));
        assert!(low > -0.25 && high < 0.3, "{distinct}: nine in ten lie between {low} and {high}");
    }
}

/// Few registers have a heavy right tail, so nothing may rest on a single count.
#[test]
fn a_single_count_may_be_far_too_high() {
    assert_eq!(hll_estimate(&sketch(7_697, 15_936_655_105_913_596_928)), 13_279);
}

#[test]
fn half_lives_halve() {
    assert_eq!(exp2_neg_q32(0, 7), Ok(ONE_Q32));
    assert_eq!(exp2_neg_q32(7, 7), Ok(ONE_Q32 / 2));
    assert_eq!(exp2_neg_q32(70, 7), Ok(ONE_Q32 / 1_024));
    assert_eq!(exp2_neg_q32(u64::MAX, 1), Ok(0));
    assert_eq!(exp2_neg_q32(1, 0), Err(CoreError::DivisionByZero));
    // From 2^40 atoms, 72 empty epochs of an hour at a half-life of three days; 8 / 2^32 of it is 2,048.
    let halved = sum_advance(1 << 72, 0, 72, EPOCH, SHORT_HALF_LIFE_SECONDS).unwrap() >> 32;
    assert!(halved.abs_diff(1 << 39) <= 2_048, "{halved}");
}

#[test]
fn one_requester_counts_up_to_the_cap() {
    let counted = |fees, distinct, cap, quality| counted_share_atoms(50_000, fees, distinct, cap, quality).unwrap();
    assert_eq!(counted(1_000_000, 1, 500, 1_000_000), 25);
    assert_eq!(counted(1_000_000, 3, 500, 1_000_000), 75);
    assert_eq!(counted(1_000_000, 3, 500, 500_000), 37, "rounds down");
    assert_eq!(counted(1_500, 3, 500, 1_000_000), 50_000);
    assert_eq!(counted(1_501, 3, 500, 2_000_000), 49_966, "quality never adds");
    assert_eq!(counted(u64::MAX, u32::MAX, u64::MAX, 1_000_000), 50_000);
    assert_eq!(counted(1, 0, u64::MAX, 1_000_000), 0, "nobody");
}

#[test]
fn lost_disputes_lower_the_quality_twice() {
    assert_eq!(quality_ppm(1_000_000, 0), Ok(1_000_000));
    assert_eq!(quality_ppm(1_200_000, 500_000), Ok(300_000));
    assert_eq!(quality_ppm(1_000_000, 2_000_000), Ok(0));
}
