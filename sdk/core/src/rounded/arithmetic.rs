//! The algebraic functions: their exact result, or enough of it to round, is an integer of 64 bits.

use core::cmp::Ordering;

use super::{
    bits::{MAX, Number, SIGN, canonical, round},
    fixed::divide,
};

/// `a + b`.
pub const fn add(a: u32, b: u32) -> u32 {
    let (large, small) = if a & !SIGN >= b & !SIGN { (a, b) } else { (b, a) };
    let (x, y) = (Number::of(large), Number::of(small));
    // arith-safety: exponents are small, and 24 bits shifted by 38 are 62.
    let distance = x.exponent - y.exponent;
    if distance > 38 {
        // The smaller is below 2^-15 units of the larger, which has 24 bits: no midpoint is that near.
        return canonical(large);
    }
    let x_units = signed(x.negative, x.significand << distance);
    let sum = x_units + signed(y.negative, y.significand);
    round(sum < 0, sum.unsigned_abs(), y.exponent)
}

/// `a - b`.
pub const fn sub(a: u32, b: u32) -> u32 {
    add(a, b ^ SIGN)
}

/// `a * b`.
pub const fn mul(a: u32, b: u32) -> u32 {
    let (x, y) = (Number::of(a), Number::of(b));
    // arith-safety: the product has at most 48 bits.
    round(x.negative != y.negative, x.significand * y.significand, x.exponent + y.exponent)
}

/// `a / b`; 0 when `b` is zero.
pub const fn div(a: u32, b: u32) -> u32 {
    let (x, y) = (Number::of(a), Number::of(b));
    if x.significand == 0 || y.significand == 0 {
        return 0;
    }
    let zeros = x.significand.leading_zeros();
    let dividend = x.significand << zeros;
    // The quotient has at least 40 bits; its lowest says whether there is more. arith-safety: exponents are small.
    let is_more = dividend % y.significand != 0;
    let quotient = (dividend / y.significand) | is_more as u64;
    round(x.negative != y.negative, quotient, x.exponent - y.exponent - zeros as i32)
}

/// `sqrt(a)`; 0 when `a` is negative.
pub const fn sqrt(a: u32) -> u32 {
    let x = Number::of(a);
    if x.negative || x.significand == 0 {
        return 0;
    }
    let (significand, exponent) = x.with_even_exponent();
    let root = significand.isqrt();
    // The root has 32 bits and gets one more, which says whether it is exact. arith-safety: it squares to 64 bits.
    round(false, root << 1 | (root * root != significand) as u64, exponent / 2 - 1)
}

/// `1 / sqrt(a)`; 0 when `a` is negative, the largest value when `a` is zero.
pub const fn rsqrt(a: u32) -> u32 {
    let x = Number::of(a);
    if x.significand == 0 {
        return MAX;
    }
    if x.negative {
        return 0;
    }
    let (significand, exponent) = x.with_even_exponent();
    // floor(sqrt(2^124 / s)) = floor(sqrt(floor(2^124 / s))), where 2^62 <= s < 2^64: 31 or 32 bits, the units 2^-62.
    let (quotient, rest) = divide(1 << 60, 0, significand);
    let root = quotient.isqrt();
    // arith-safety: the root squares to at most the quotient; exponents are small.
    let is_exact = rest == 0 && root * root == quotient;
    round(false, root << 1 | !is_exact as u64, -exponent / 2 - 62 - 1)
}

/// The larger of two values.
pub const fn max(a: u32, b: u32) -> u32 {
    let (a, b) = (canonical(a), canonical(b));
    if matches!(compare(a, b), Ordering::Less) { b } else { a }
}

/// `max(a, 0)`.
pub const fn relu(a: u32) -> u32 {
    if a & SIGN != 0 { 0 } else { canonical(a) }
}

/// `min(max(a, low), high)`.
pub const fn clamp(a: u32, low: u32, high: u32) -> u32 {
    let (raised, high) = (max(a, low), canonical(high));
    if matches!(compare(raised, high), Ordering::Greater) { high } else { raised }
}

/// How two values compare.
const fn compare(a: u32, b: u32) -> Ordering {
    let (a, b) = (order(a), order(b));
    if a < b {
        Ordering::Less
    } else if a > b {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// An integer that is ordered as values are.
const fn order(bits: u32) -> i64 {
    signed(bits & SIGN != 0, (bits & !SIGN) as u64)
}

const fn signed(negative: bool, size: u64) -> i64 {
    // arith-safety: sizes here are below 2^63.
    if negative { -(size as i64) } else { size as i64 }
}
