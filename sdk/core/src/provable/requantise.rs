//! From sums of products to 8-bit integers.

/// `clamp((sum * multiplier + 2^(shift-1)) >> shift, min, max)` in 64-bit integers, with an arithmetic shift: halves
/// round towards plus infinity. A `min` of 0 is a ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Requantise {
    /// Factor, 1 to `2^31 - 1`.
    pub multiplier: u32,
    /// Bits shifted out, 1 to 62.
    pub shift: u8,
    /// Smallest activation.
    pub min: i8,
    /// Largest activation.
    pub max: i8,
}

impl Requantise {
    /// Whether every field lies in its range.
    pub fn is_valid(&self) -> bool {
        (1..1 << 31).contains(&self.multiplier) && (1..=62).contains(&self.shift) && self.min <= self.max
    }

    /// The activation of a sum.
    pub fn apply(&self, sum: i32) -> i8 {
        // arith-safety: a sum is at most 2^31 in size and a valid multiplier below that, so the product is below 2^62, the
        // half at most 2^61, and nothing wraps; the activation of a rule that is not valid is some number.
        let shift = u32::from(self.shift);
        let half = 1_i64.wrapping_shl(shift.wrapping_sub(1));
        let scaled = (i64::from(sum) * i64::from(self.multiplier)).wrapping_add(half).wrapping_shr(shift);
        scaled.min(i64::from(self.max)).max(i64::from(self.min)) as i8
    }
}
