//! The edges by name: zeros, ties, subnormals, the largest values, and what is no value.

use modchains_core::rounded::{
    Buckets, MAX, ONE, Wide, add, are_values, clamp, div, erf, exp, from_integer, is_value, max, mul, relu, rsqrt,
    sqrt, sub, tanh, to_int8,
};
use modchains_test_seed::random;

use super::{NORMAL_MIN, SIGN};

const INFINITY: u32 = 0x7f80_0000;
const NOT_A_NUMBER: u32 = 0x7fc0_0000;

fn pattern(value: f32) -> u32 {
    value.to_bits()
}

#[test]
fn zero_has_no_sign() {
    let minus_one = ONE | SIGN;
    assert_eq!(add(ONE, minus_one), 0);
    assert_eq!(sub(ONE, ONE), 0);
    assert_eq!(mul(0, minus_one), 0);
    assert_eq!(div(0, minus_one), 0);
    assert_eq!(add(SIGN, SIGN), 0);
    assert_eq!([max(SIGN, minus_one), relu(SIGN), relu(minus_one), clamp(minus_one, SIGN, ONE)], [0; 4]);
    assert_eq!([tanh(SIGN), erf(SIGN), sqrt(SIGN)], [0; 3]);
    // Half of the smallest value is a tie, and zero is even; from below zero it is the same zero.
    let half = pattern(0.5);
    assert_eq!([mul(1, half), mul(1 | SIGN, half), div(1 | SIGN, pattern(2.0))], [0; 3]);
    assert_eq!(mul(3 | SIGN, half), 2 | SIGN);
}

#[test]
fn ties_go_to_the_even_significand() {
    let tie = pattern(f32::EPSILON / 2.0);
    assert_eq!(add(ONE, tie), ONE);
    assert_eq!(add(ONE + 1, tie), ONE + 2);
    // 1 + 2^-24 + 2^-80 is above the midpoint, which double precision cannot tell.
    let sum = |values: &[u32]| {
        let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
        buckets.add_values(values);
        buckets.flush(&mut sum);
        sum.round()
    };
    let tiny = (127 - 80) << 23;
    assert_eq!(sum(&[ONE, tie]), ONE);
    assert_eq!(sum(&[ONE, tie, tiny]), ONE + 1);
    assert_eq!(sum(&[ONE, tie, tiny | SIGN]), ONE);
    assert_eq!(sum(&[ONE | SIGN, tie | SIGN, tiny | SIGN]), (ONE + 1) | SIGN);
    assert_eq!(sum(&[ONE, tie, 1]), ONE + 1);
}

#[test]
fn the_rest_of_a_division_decides_a_tie() {
    let three = pattern(3.0);
    let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
    buckets.add_values(&[three, mul(three, pattern(f32::EPSILON / 2.0))]);
    buckets.flush(&mut sum);
    assert_eq!(sum.round_quotient(3), ONE);
    // The smallest product there is, a third of which is below the unit of the accumulator.
    buckets.add_product(1, 1);
    buckets.flush(&mut sum);
    assert_eq!(sum.round_quotient(3), ONE + 1);
}

#[test]
fn only_the_final_sum_counts() {
    let large = pattern(3e38);
    let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
    buckets.add_values(&[large, large, large | SIGN]);
    buckets.flush(&mut sum);
    assert_eq!(sum.round(), large);
    assert_eq!(sub(add(large, large), large), sub(MAX, large), "one addition after the other saturates");
}

#[test]
fn what_is_too_large_is_the_largest_value() {
    let large = pattern(3e38);
    assert_eq!(add(large, large), MAX);
    assert_eq!(add(large | SIGN, large | SIGN), MAX | SIGN);
    assert_eq!(mul(large, large | SIGN), MAX | SIGN);
    assert_eq!(div(large, 1), MAX);
    assert_eq!(exp(pattern(88.8)), MAX);
    assert_eq!(exp(MAX), MAX);
    assert_eq!(exp(MAX | SIGN), 0);
    // Half a unit above the largest value would round up to 2^128.
    assert_eq!(add(MAX, pattern(2.0_f32.powi(103))), MAX);
}

#[test]
fn undefined_results_are_defined() {
    for a in [0, 1, ONE, MAX, ONE | SIGN, MAX | SIGN] {
        assert_eq!([div(a, 0), div(a, SIGN)], [0; 2]);
    }
    assert_eq!([sqrt(ONE | SIGN), rsqrt(ONE | SIGN), rsqrt(1 | SIGN)], [0; 3]);
    assert_eq!([rsqrt(0), rsqrt(SIGN)], [MAX; 2]);
    assert_eq!(Wide::ZERO.round_quotient(0), 0);
}

#[test]
fn subnormal_values_are_kept() {
    assert_eq!(sub(NORMAL_MIN + 1, NORMAL_MIN), 1);
    assert_eq!(mul(NORMAL_MIN, pattern(0.5)), NORMAL_MIN / 2);
    assert_eq!(sqrt(1), pattern(2.0_f32.powi(-75) * std::f32::consts::SQRT_2));
    assert_eq!(rsqrt(4), pattern(2.0_f32.powi(73) * std::f32::consts::SQRT_2));
    for a in [1, 2, 3, 1000, NORMAL_MIN - 1, NORMAL_MIN] {
        assert_eq!(tanh(a), a);
        assert_eq!(tanh(a | SIGN), a | SIGN);
        assert_eq!(exp(a), ONE);
    }
    // erf x = 1.128 x near zero.
    assert_eq!([erf(1), erf(3), erf(4), erf(4 | SIGN)], [1, 3, 5, 5 | SIGN]);
}

#[test]
fn a_value_is_finite_and_no_negative_zero() {
    for bits in [0, 1, ONE, MAX, 1 | SIGN, MAX | SIGN] {
        assert!(is_value(bits));
        for other in [SIGN, INFINITY, INFINITY | SIGN, NOT_A_NUMBER, u32::MAX] {
            assert!(!is_value(other) && !are_values(&[bits, other, bits]) && are_values(&[bits, bits]));
        }
    }
}

#[test]
fn whatever_the_patterns_the_result_is_a_value() {
    let mut random = random();
    let mut any = |special: bool| {
        let bits = random.next() as u32;
        if special { bits | INFINITY } else { bits }
    };
    for round in 0..200_000 {
        let (a, b, c) = (any(round % 3 == 0), any(round % 5 == 0), any(round % 7 == 0));
        let two = [add(a, b), sub(a, b), mul(a, b), div(a, b), max(a, b), clamp(a, b, c)];
        let one = [sqrt(a), rsqrt(a), relu(a), exp(a), tanh(a), erf(a), from_integer(a.cast_signed())];
        assert!(are_values(&two) && are_values(&one), "{a:#x} {b:#x} {c:#x}: {two:x?} {one:x?}");
        let _: i8 = to_int8(a);
        let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
        buckets.add_products(&[a, b, c], &[b, c, a]);
        buckets.flush(&mut sum);
        assert!(are_values(&[sum.round(), sum.round_quotient(c)]));
    }
}
