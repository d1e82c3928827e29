//! Patterns, the numbers they stand for, and the one place where a number is rounded to a pattern.

/// The pattern of 1.
pub const ONE: u32 = 0x3f80_0000;
/// The pattern of the largest value, `(2^24 - 1) 2^104`.
pub const MAX: u32 = 0x7f7f_ffff;
/// The bit of a pattern that is set in negative values.
pub(super) const SIGN: u32 = 1 << 31;
/// The bits of a pattern that hold its exponent.
const EXPONENT: u32 = 0x7f80_0000;
/// Highest exponent of a value.
const EXPONENT_MAX: i32 = 254;
/// Bits of a significand.
const SIGNIFICAND_BITS: u32 = 24;

/// A number as `±significand * 2^exponent`; the significand has at most 24 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    /// Whether it is below zero; also of the negative zero.
    pub negative: bool,
    /// Its size in units of `2^exponent`.
    pub significand: u64,
    /// From -149 to 105.
    pub exponent: i32,
}

impl Number {
    /// The number that a pattern stands for.
    pub const fn of(bits: u32) -> Self {
        let (field, fraction) = (bits >> 23 & 255, (bits & 0x7f_ffff) as u64);
        let negative = bits & SIGN != 0;
        // arith-safety: a field has 8 bits.
        match field {
            0 => Self { negative, significand: fraction, exponent: -149 },
            _ => Self { negative, significand: fraction | 1 << 23, exponent: field as i32 - 150 },
        }
    }

    /// The same number, which is not zero, with the highest bit of the significand at bit 63 or, where that makes the
    /// exponent even, at bit 62.
    pub const fn with_even_exponent(&self) -> (u64, i32) {
        let shift = self.significand.leading_zeros();
        // arith-safety: both are small.
        let shift = if (self.exponent - shift as i32) & 1 == 0 { shift } else { shift - 1 };
        (self.significand << shift, self.exponent - shift as i32)
    }
}

/// The value nearest to `±significand * 2^exponent`; of two equally near ones that with an even significand; the largest
/// value of its sign when there is no value as large.
///
/// A significand of at least 27 bits may have its lowest bit set to say that the number lies strictly between that
/// significand without the bit and the next even one: then neither is a midpoint of values, and both round alike.
pub(super) const fn round(negative: bool, significand: u64, exponent: i32) -> u32 {
    if significand == 0 {
        return 0;
    }
    let zeros = significand.leading_zeros();
    let significand = significand << zeros;
    // arith-safety: exponents lie between -2^10 and 2^10, so every number below is small.
    let field = exponent - zeros as i32 + 63 + 127;
    if field > EXPONENT_MAX {
        return with_sign(negative, MAX);
    }
    // Values below 2^-126 have fewer bits: the unit is never below 2^-149.
    let missing = if field < 1 { (1 - field) as u32 } else { 0 };
    let dropped = 64 - SIGNIFICAND_BITS + missing;
    if dropped > 64 {
        return 0;
    }
    let kept = if dropped == 64 { 0 } else { (significand >> dropped) as u32 };
    let rest = significand << (64 - dropped);
    let base = if field < 1 { 0 } else { ((field - 1) as u32) << 23 };
    let is_up = rest > 1 << 63 || (rest == 1 << 63 && kept & 1 == 1);
    let bits = base + kept + is_up as u32;
    with_sign(negative, if bits > MAX { MAX } else { bits })
}

const fn with_sign(negative: bool, size: u32) -> u32 {
    if negative && size != 0 { size | SIGN } else { size }
}

/// Whether a pattern is a value: neither an infinity, nor no number, nor the negative zero.
pub const fn is_value(bits: u32) -> bool {
    bits & EXPONENT != EXPONENT && bits != SIGN
}

/// Whether all patterns are values.
pub fn are_values(bits: &[u32]) -> bool {
    let (fours, rest) = bits.as_chunks::<4>();
    fours.iter().all(|[a, b, c, d]| is_value(*a) && is_value(*b) && is_value(*c) && is_value(*d))
        && rest.iter().all(|bits| is_value(*bits))
}

/// The value that a pattern counts as.
pub const fn canonical(bits: u32) -> u32 {
    let size = bits & !SIGN;
    with_sign(bits & SIGN != 0, if size > MAX { MAX } else { size })
}
