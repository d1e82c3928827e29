//! Exact numbers, what "nearest" means, and real functions to 512 bits.

use std::sync::LazyLock;

use modchains_core::rounded::MAX;
use num_bigint::{BigInt, Sign};

use super::SIGN;

/// Bits after the point of a real number.
const PRECISION: u32 = 512;

/// A fraction; the denominator is positive.
#[derive(Debug, Clone)]
pub struct Fraction {
    pub numerator: BigInt,
    pub denominator: BigInt,
}

impl Fraction {
    pub fn new(numerator: BigInt, denominator: BigInt) -> Self {
        if denominator.sign() == Sign::Minus {
            return Self { numerator: -numerator, denominator: -denominator };
        }
        Self { numerator, denominator }
    }

    /// From units of `2^-bits`.
    pub fn of_units(units: BigInt, bits: u32) -> Self {
        Self::new(units, BigInt::from(1) << bits)
    }
}

/// A pattern's size in units of `2^-149`; the pattern above the largest value counts as `2^128`.
fn size_units(size: u32) -> BigInt {
    match size >> 23 {
        0 => BigInt::from(size),
        field => BigInt::from(size & 0x7f_ffff | 1 << 23) << (field - 1),
    }
}

/// A value in units of `2^-149`.
pub fn units(bits: u32) -> BigInt {
    let size = size_units(bits & !SIGN);
    if bits & SIGN == 0 { size } else { -size }
}

/// Whether `bits` is the value nearest to a number: the number lies between the midpoints to the neighbours, and on one of
/// them only when the significand is even. Beyond the largest value there is no neighbour.
pub fn is_nearest(bits: u32, number: &Fraction) -> bool {
    let size = bits & !SIGN;
    let is_negative = number.numerator.sign() == Sign::Minus;
    if size > MAX || bits == SIGN || (size != 0 && (bits & SIGN != 0) != is_negative) {
        return false;
    }
    // In units of 2^-150, in which a midpoint is the sum of its neighbours.
    let size_of_number = BigInt::from(number.numerator.magnitude().clone()) << 150;
    let midpoint = |low: u32| (size_units(low) + size_units(low + 1)) * &number.denominator;
    let is_even = size.is_multiple_of(2);
    let below = size == 0 || midpoint(size - 1) < size_of_number || (is_even && midpoint(size - 1) == size_of_number);
    let above = size == MAX || size_of_number < midpoint(size) || (is_even && midpoint(size) == size_of_number);
    below && above
}

fn one() -> BigInt {
    BigInt::from(1) << PRECISION
}

/// A value as a real number in units of `2^-512`.
fn real(bits: u32) -> BigInt {
    units(bits) << (PRECISION - 149)
}

fn times(a: &BigInt, b: &BigInt) -> BigInt {
    (a * b) >> PRECISION
}

/// Sums terms until they vanish.
fn series(first: BigInt, next: impl Fn(&BigInt, u32) -> BigInt) -> BigInt {
    let (mut sum, mut term) = (first.clone(), first);
    for n in 1.. {
        term = next(&term, n);
        if term.magnitude().bits() < 3 {
            break;
        }
        sum += &term;
    }
    sum
}

fn exp_real(x: &BigInt) -> BigInt {
    // Halved 16 times, so that the series is short, and squared as often.
    let small = x >> 16;
    let power = series(one(), |term, n| times(term, &small) / n);
    (0..16).fold(power, |power, _| times(&power, &power))
}

/// `e^x` in units of `2^-512`.
pub fn exp(bits: u32) -> BigInt {
    let power = exp_real(&real(bits & !SIGN));
    if bits & SIGN == 0 { power } else { (one() << PRECISION) / power }
}

pub fn tanh(bits: u32) -> BigInt {
    let power = exp_real(&(real(bits) << 1));
    ((&power - one()) << PRECISION) / (&power + one())
}

/// `2 / sqrt(pi)`, pi by Machin's formula.
static TWO_OVER_ROOT_PI: LazyLock<BigInt> = LazyLock::new(|| {
    let arctan_inverse = |n: u32| {
        let mut power = one() / n;
        let mut sum = power.clone();
        for k in 1.. {
            power = -power / (n * n);
            if power.magnitude().bits() == 0 {
                break;
            }
            sum += &power / (2 * k + 1);
        }
        sum
    };
    let pi: BigInt = arctan_inverse(5) * 16 - arctan_inverse(239) * 4;
    (one() << (PRECISION + 1)) / (pi << PRECISION).sqrt()
});

/// The error function, for sizes below 6.
pub fn erf(bits: u32) -> BigInt {
    let x = real(bits);
    let square = times(&x, &x);
    // The n-th power over n! with its sign; the divisor 2n + 1 is put in by the sum.
    let (mut sum, mut power) = (x.clone(), x);
    for n in 1_u32.. {
        power = -times(&power, &square) / n;
        if power.magnitude().bits() < 3 {
            break;
        }
        sum += &power / (2 * n + 1);
    }
    times(&sum, &TWO_OVER_ROOT_PI)
}

/// A real number in units of `2^-512` as a fraction.
pub fn fraction(real: BigInt) -> Fraction {
    Fraction::of_units(real, PRECISION)
}

/// How far `significand * 2^exponent` is from the size of a real number, in units of `2^exponent`, rounded up.
pub fn distance_units(real: &BigInt, significand: u64, exponent: i32) -> u64 {
    let shift = u32::try_from(exponent + PRECISION as i32).unwrap();
    let difference = BigInt::from(real.magnitude().clone()) - (BigInt::from(significand) << shift);
    let units: BigInt = (BigInt::from(difference.magnitude().clone()) >> shift) + 1;
    u64::try_from(units).unwrap()
}
