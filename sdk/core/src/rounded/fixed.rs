//! Fixed-point helpers of the functions that are not algebraic, and what they know of a result.

use super::bits::{Number, round};

/// A real number that is not zero, known closely: `significand` has its highest bit set, and the number's size differs from
/// `significand * 2^exponent` by at most [`Self::ERROR`] units of `2^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// Whether the number is negative.
    pub negative: bool,
    /// 64 bits, the highest of them set.
    pub significand: u64,
    /// The exponent of the unit.
    pub exponent: i32,
}

impl Near {
    /// What every bound of this module stays below, in units of the last of 64 bits. `docs/numerics.md` adds them up.
    pub const ERROR: u64 = 64;

    /// From a size that need not have its highest bit set, but is not zero.
    pub(super) const fn new(negative: bool, size: u64, exponent: i32) -> Self {
        let zeros = size.leading_zeros() % 64;
        // arith-safety: exponents are small.
        Self { negative, significand: size << zeros, exponent: exponent - zeros as i32 }
    }

    /// The value nearest to the number, provided that [`Self::is_decided`].
    pub const fn round(&self) -> u32 {
        round(self.negative, self.significand, self.exponent)
    }

    /// Whether all numbers within the bound round to the same value, so that [`Self::round`] is proven. It holds for every
    /// argument of every function of this module, which a test tries one by one.
    pub const fn is_decided(&self) -> bool {
        // The two ends, in units of half the size where the upper one would not fit.
        let (below, above) = (self.significand - Self::ERROR, self.significand / 2 + Self::ERROR / 2 + 1);
        // arith-safety: the significand is at least 2^63, its half below 2^63.
        round(self.negative, below, self.exponent) == round(self.negative, above, self.exponent + 1)
    }
}

/// What is known of a result before it is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimate {
    /// The value nearest to it, where that is plain without computing.
    Value(u32),
    /// The result, closely.
    Near(Near),
}

impl Estimate {
    /// The value nearest to the result.
    pub const fn round(&self) -> u32 {
        match self {
            Self::Value(value) => *value,
            Self::Near(near) => near.round(),
        }
    }
}

/// The upper half of a product, rounded down.
pub(super) const fn mul_high(a: u64, b: u64) -> u64 {
    const LOW: u64 = 0xffff_ffff;
    let (a_high, a_low, b_high, b_low) = (a >> 32, a & LOW, b >> 32, b & LOW);
    // arith-safety: a product of halves is at most (2^32 - 1)^2, and twice 2^32 - 1 more still fit.
    let middle = a_high * b_low + ((a_low * b_low) >> 32);
    let other = a_low * b_high + (middle & LOW);
    a_high * b_high + (middle >> 32) + (other >> 32)
}

/// Quotient and remainder of `high * 2^64 + low` by a divisor whose highest bit or the one below is set, and which is larger
/// than `high`. Two digits of 32 bits, by Knuth's algorithm D (The Art of Computer Programming, volume 2, 4.3.1).
pub(super) const fn divide(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros() & 1;
    let divisor = divisor << shift;
    let (high, low) = if shift == 1 { (high << 1 | low >> 63, low << 1) } else { (high, low) };
    let (first, rest) = digit(high, low >> 32, divisor);
    let (second, rest) = digit(rest, low & 0xffff_ffff, divisor);
    (first << 32 | second, rest >> shift)
}

/// One digit of a quotient: of `high * 2^32 + next`, where `high` is below the divisor.
const fn digit(high: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (upper, lower) = (divisor >> 32, divisor & 0xffff_ffff);
    // arith-safety: the upper half of the divisor has its highest bit set and so is not zero. The digit is at most two too
    // large, and what is left after it is below the divisor: the upper bits that wrap away cancel.
    let (mut quotient, mut rest) = (high / upper, high % upper);
    while quotient >> 32 != 0 || quotient * lower > (rest << 32 | next) {
        quotient -= 1;
        rest += upper;
        if rest >> 32 != 0 {
            break;
        }
    }
    (quotient, (high << 32 | next).wrapping_sub(quotient.wrapping_mul(divisor)))
}

/// `x (c0 - c1 x^2 + c2 x^4 - ...)` for `0 < |x| < 1/4` and coefficients that fall, in units of `2^-63`.
pub(super) fn times_series(x: &Number, coefficients: &[u64]) -> Near {
    // x^2 in units of 2^-64. arith-safety: 48 bits, shifted left by at most 12 as exponents are at most -26.
    let square = x.significand * x.significand;
    let shift = 2 * x.exponent + 64;
    let square = if shift >= 0 { square << shift } else { square.checked_shr(shift.unsigned_abs()).unwrap_or(0) };
    // Every bracket of c0 - x^2 (c1 - x^2 (c2 - ...)) is positive.
    let series = coefficients.iter().rev().fold(0, |sum, coefficient| coefficient - mul_high(square, sum));
    let zeros = x.significand.leading_zeros() % 64;
    let product = mul_high(x.significand << zeros, series);
    // arith-safety: exponents are small.
    Near::new(x.negative, product, x.exponent - zeros as i32 + 1)
}
