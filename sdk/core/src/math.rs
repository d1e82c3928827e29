//! Products and quotients that pass through 128 bits, and the falling power of two.
//!
//! A general 128-bit division costs hundreds of compute units on chain. Every quotient needed here fits 64 bits, so
//! [`mul_div_floor`] divides 128 by 64 bits with two hardware divisions, and with one when the product fits 64 bits.

use crate::{CoreError, Result};

/// `floor(a * b / d)`. Fails with `DivisionByZero` or, when the quotient exceeds 64 bits, `Overflow`.
pub fn mul_div_floor(a: u64, b: u64, d: u64) -> Result<u64> {
    Ok(mul_div_rem(a, b, d)?.0)
}

/// `ceil(a * b / d)`. Fails like [`mul_div_floor`].
pub fn mul_div_ceil(a: u64, b: u64, d: u64) -> Result<u64> {
    let (quotient, remainder) = mul_div_rem(a, b, d)?;
    if remainder == 0 { Ok(quotient) } else { quotient.checked_add(1).ok_or(CoreError::Overflow) }
}

/// What does not fit 64 bits as the largest number that does: where it is a bound, every other bound is below it, and where it
/// is a price, nobody pays it. Other failures stay.
pub(crate) fn saturated(number: Result<u64>) -> Result<u64> {
    if number == Err(CoreError::Overflow) { Ok(u64::MAX) } else { number }
}

/// Quotient and remainder of `a * b / d`.
pub fn mul_div_rem(a: u64, b: u64, d: u64) -> Result<(u64, u64)> {
    if d == 0 {
        return Err(CoreError::DivisionByZero);
    }
    let product = wide_mul(a, b);
    divide_wide(high(product), low(product), d)
}

/// `a * b`, which always fits 128 bits.
pub const fn wide_mul(a: u64, b: u64) -> u128 {
    (a as u128) * (b as u128)
}

/// A number of 128 bits out of its low word and its high word, as accounts keep it: a `u128` would have to lie at a multiple
/// of sixteen bytes there.
pub const fn join_words(words: [u64; 2]) -> u128 {
    ((words[1] as u128) << 64) | words[0] as u128
}

/// Its low word, then its high word.
pub const fn split_words(number: u128) -> [u64; 2] {
    [low(number), high(number)]
}

/// Quotient (at most 128 bits) and remainder of a 128-bit number by a 64-bit one.
pub fn div_rem_wide(numerator: u128, d: u64) -> Result<(u128, u64)> {
    if d == 0 {
        return Err(CoreError::DivisionByZero);
    }
    let (quotient_high, rest) = (high(numerator) / d, high(numerator) % d);
    let (quotient_low, remainder) = divide_wide(rest, low(numerator), d)?;
    Ok(((u128::from(quotient_high) << 64) | u128::from(quotient_low), remainder))
}

/// `floor(a * b_q64 / 2^64)` for a Q64.64 factor. Rounds down.
pub fn mul_q64_floor(a: u64, b_q64: u128) -> Result<u64> {
    let whole = a.checked_mul(high(b_q64)).ok_or(CoreError::Overflow)?;
    whole.checked_add(high(wide_mul(a, low(b_q64)))).ok_or(CoreError::Overflow)
}

/// One in Q32.
pub const ONE_Q32: u64 = 1 << 32;

/// `ln(2)^k / k!` in Q32, rounded to nearest: the Taylor series of `2^x`.
const EXP2_COEFFICIENTS_Q32: [u64; 12] =
    [ONE_Q32, 2_977_044_472, 1_031_764_991, 238_388_332, 41_309_550, 5_726_720, 661_577, 65_510, 5_676, 437, 30, 2];

/// `2^-(numer_seconds / half_life_seconds)` in Q32, from 0 to `ONE_Q32`.
///
/// Alternating Taylor series of 12 terms on the fraction, then a shift by the whole half-lives. The absolute error is
/// below 8 units of 2^-32; it never exceeds one.
pub fn exp2_neg_q32(numer_seconds: u64, half_life_seconds: u32) -> Result<u64> {
    let half_life = u64::from(half_life_seconds);
    let whole = numer_seconds.checked_div(half_life).ok_or(CoreError::DivisionByZero)?;
    if whole >= 33 {
        return Ok(0);
    }
    // arith-safety: the rest is below 2^32; each Horner step multiplies a value of at most 2^32 by a fraction below
    // 2^32 and subtracts at most the next coefficient, since the terms fall (ln 2 < 1). Wrapping operations, because a
    // checked 64-bit product costs a 128-bit one on chain.
    let fraction_q32 = ((numer_seconds % half_life) << 32) / half_life;
    let mut sum_q32 = 0_u64;
    for coefficient_q32 in EXP2_COEFFICIENTS_Q32.into_iter().rev() {
        sum_q32 = coefficient_q32.wrapping_sub(sum_q32.wrapping_mul(fraction_q32) >> 32);
    }
    Ok(sum_q32 >> whole)
}

const fn high(value: u128) -> u64 {
    (value >> 64) as u64
}

const fn low(value: u128) -> u64 {
    value as u64
}

/// Divides `high * 2^64 + low` by `d` in base 2^32 (Knuth, The Art of Computer Programming 4.3.1, algorithm D; this
/// shape is `divlu` of Hacker's Delight). `Overflow` when the quotient would need more than 64 bits.
#[inline(never)]
fn divide_wide(high: u64, low: u64, d: u64) -> Result<(u64, u64)> {
    if high >= d {
        return Err(CoreError::Overflow);
    }
    if high == 0 {
        return Ok((low / d, low % d));
    }
    // Normalise so that the divisor's top bit is set; then each estimated digit is at most two too large.
    let shift = d.leading_zeros();
    let d = d << shift;
    let numerator_high = if shift == 0 { high } else { (high << shift) | (low >> (64 - shift)) };
    let numerator_low = low << shift;

    let (digit_1, rest) = divide_digit(numerator_high, numerator_low >> 32, d);
    let (digit_0, rest) = divide_digit(rest, numerator_low & DIGIT_MASK, d);
    Ok(((digit_1 << 32) | digit_0, rest >> shift))
}

const DIGIT_MASK: u64 = u32::MAX as u64;

/// One quotient digit of `rest * 2^32 + next_digit` by the normalised `d`, and the new rest, for `rest < d`.
/// arith-safety: wrapping is exact here: the true new rest is below `d`, so computing it modulo 2^64 gives it.
fn divide_digit(rest: u64, next_digit: u64, d: u64) -> (u64, u64) {
    let (d_high, d_low) = (d >> 32, d & DIGIT_MASK);
    let mut digit = rest / d_high;
    let mut estimate_rest = rest % d_high;
    while digit > DIGIT_MASK || digit.wrapping_mul(d_low) > ((estimate_rest << 32) | next_digit) {
        digit = digit.wrapping_sub(1);
        estimate_rest = estimate_rest.wrapping_add(d_high);
        if estimate_rest > DIGIT_MASK {
            break;
        }
    }
    let rest = (rest << 32).wrapping_add(next_digit).wrapping_sub(digit.wrapping_mul(d));
    (digit, rest)
}
