//! An accumulator wide enough for every sum of products of binary32 numbers, to the last bit.

use super::bits::{Number, round};

/// 64-bit digits of an accumulator.
const DIGITS: usize = 9;
/// Exponent of an accumulator's unit: the smallest product is `2^-149 * 2^-149`.
const UNIT: i32 = -298;
/// Bytes of an accumulator where it is kept.
pub const WIDE_BYTES: usize = 72;
/// Most products in one sum. Each is below `2^258` in size, so that this many stay below `2^276`; the accumulator holds what
/// is below `2^277`.
pub const TERMS_MAX: u32 = 1 << 18;

/// An exact sum: a two's complement integer of 576 bits in units of `2^-298`, lowest digit first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "chain", derive(bytemuck::Pod, bytemuck::Zeroable))]
#[repr(C)]
pub struct Wide([u64; DIGITS]);

const _: () = assert!(size_of::<Wide>() == WIDE_BYTES);

impl Wide {
    /// The sum of nothing.
    pub const ZERO: Self = Self([0; DIGITS]);

    /// Its digits, lowest first.
    pub const fn digits(&self) -> &[u64; DIGITS] {
        &self.0
    }

    /// What [`Self::digits`] gave.
    pub const fn from_digits(digits: [u64; DIGITS]) -> Self {
        Self(digits)
    }

    /// Adds `count * 2^bit` units; `bit` is below 512.
    pub(super) fn add(&mut self, count: i64, bit: usize) {
        let (start, shift) = (bit / 64, (bit % 64) as u32);
        let low = count.cast_unsigned() << shift;
        // The upper word with the sign; two shifts, as one by 64 is none.
        let high = (count >> 1 >> (63 - shift)).cast_unsigned();
        let sign = (count >> 63).cast_unsigned();
        let mut carry = false;
        for (index, digit) in self.0.iter_mut().enumerate().skip(start) {
            let word = match index - start {
                0 => low,
                1 => high,
                _ if sign == 0 && !carry || sign != 0 && carry => break,
                _ => sign,
            };
            let (sum, first) = digit.overflowing_add(word);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*digit, carry) = (sum, first || second);
        }
    }

    /// Adds a value without a detour over buckets.
    pub fn add_value(&mut self, bits: u32) {
        let number = Number::of(bits);
        let size = number.significand.cast_signed();
        // arith-safety: exponents are from -149 to 105.
        self.add(if number.negative { -size } else { size }, (number.exponent - UNIT) as usize);
    }

    /// The value nearest to the sum.
    pub fn round(&self) -> u32 {
        self.round_quotient(1)
    }

    /// The value nearest to the sum divided by `count`; 0 when that is zero.
    pub fn round_quotient(&self, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let (negative, mut size) = self.magnitude();
        let rest = if count == 1 { 0 } else { divide(&mut size, count) };
        let Some(top) = size.iter().rposition(|digit| *digit != 0) else {
            // Less than a unit, which is far below half of the smallest value.
            return 0;
        };
        let zeros = size[top].leading_zeros();
        let next = if top == 0 { 0 } else { size[top - 1] };
        let significand = size[top] << zeros | (next >> 1 >> (63 - zeros));
        let dropped = next << zeros;
        let is_more = rest != 0 || dropped != 0 || size.iter().take(top.saturating_sub(1)).any(|digit| *digit != 0);
        // arith-safety: there are nine digits.
        let exponent = UNIT + 64 * top as i32 - zeros as i32;
        round(negative, significand | u64::from(is_more), exponent)
    }

    fn magnitude(&self) -> (bool, [u64; DIGITS]) {
        let negative = self.0[DIGITS - 1] >> 63 != 0;
        let mut size = self.0;
        if negative {
            let mut carry = true;
            for digit in &mut size {
                (*digit, carry) = (!*digit).overflowing_add(u64::from(carry));
            }
        }
        (negative, size)
    }
}

/// Divides in place, rounding down; the remainder. `count` is above zero.
fn divide(size: &mut [u64; DIGITS], count: u32) -> u64 {
    let count = u64::from(count);
    let mut rest = 0;
    for digit in size.iter_mut().rev() {
        // arith-safety: the remainder is below 2^32, so each half's dividend fits 64 bits and its quotient 32.
        let upper = rest << 32 | *digit >> 32;
        let lower = ((upper % count) << 32) | *digit & 0xffff_ffff;
        *digit = ((upper / count) << 32) | (lower / count);
        rest = lower % count;
    }
    rest
}
