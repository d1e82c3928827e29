//! Laws of the arithmetic, against 128-bit division as the independent model.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    bps::{bps_ceil, bps_floor, ppm_floor},
    math::{div_rem_wide, mul_div_ceil, mul_div_floor, mul_div_rem, mul_q64_floor},
};
use proptest::prelude::*;

use common::any_atoms;

fn narrow(value: u128) -> Result<u64, CoreError> {
    u64::try_from(value).map_err(|_| CoreError::Overflow)
}

/// Digits at which an estimated quotient digit goes wrong: the ends and the middle of 32 bits.
const EDGE_DIGITS: [u64; 6] = [0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 2, (1 << 32) - 1];

#[test]
fn every_combination_of_edge_digits_divides_exactly() {
    let edges: Vec<u64> = EDGE_DIGITS.iter().flat_map(|high| EDGE_DIGITS.map(|low| (high << 32) | low)).collect();
    for d in edges.iter().copied().filter(|d| *d > 0) {
        for high in &edges {
            for low in &edges {
                let numerator = (u128::from(*high) << 64) | u128::from(*low);
                let expected = (numerator / u128::from(d), (numerator % u128::from(d)) as u64);
                assert_eq!(div_rem_wide(numerator, d), Ok(expected), "{numerator} / {d}");
            }
        }
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn mul_div_equals_the_wide_quotient(a in any_atoms(), b in any_atoms(), d in any_atoms()) {
        if d == 0 {
            prop_assert_eq!(mul_div_floor(a, b, d), Err(CoreError::DivisionByZero));
            return Ok(());
        }
        let product = u128::from(a) * u128::from(b);
        let (quotient, remainder) = (product / u128::from(d), product % u128::from(d));
        prop_assert_eq!(mul_div_floor(a, b, d), narrow(quotient));
        prop_assert_eq!(mul_div_ceil(a, b, d), narrow(product.div_ceil(u128::from(d))));
        prop_assert_eq!(mul_div_rem(a, b, d).ok(), narrow(quotient).ok().map(|quotient| (quotient, remainder as u64)));
    }

    #[test]
    fn wide_division_equals_the_built_in_one(high in any_atoms(), low in any_atoms(), d in any_atoms()) {
        let d = d.max(1);
        let numerator = (u128::from(high) << 64) | u128::from(low);
        let expected = (numerator / u128::from(d), (numerator % u128::from(d)) as u64);
        prop_assert_eq!(div_rem_wide(numerator, d), Ok(expected));
    }

    #[test]
    fn a_q64_factor_scales_and_rounds_down(a in any_atoms(), whole in any_atoms(), fraction in any_atoms()) {
        let low = (u128::from(a) * u128::from(fraction)) >> 64;
        let expected = u128::from(a).checked_mul(u128::from(whole)).and_then(|product| product.checked_add(low));
        let factor_q64 = (u128::from(whole) << 64) | u128::from(fraction);
        prop_assert_eq!(mul_q64_floor(a, factor_q64).ok(), expected.and_then(|exact| narrow(exact).ok()));
    }

    #[test]
    fn parts_of_an_amount_equal_the_wide_quotient(amount in any_atoms(), bps in any::<u16>(), ppm in any::<u32>()) {
        let scaled = u128::from(amount) * u128::from(bps);
        prop_assert_eq!(bps_floor(amount, bps), narrow(scaled / 10_000));
        prop_assert_eq!(bps_ceil(amount, bps), narrow(scaled.div_ceil(10_000)));
        prop_assert_eq!(ppm_floor(amount, ppm), narrow(u128::from(amount) * u128::from(ppm) / 1_000_000));
    }
}
