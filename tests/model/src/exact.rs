//! Quotients of products without a bound on the product.

use num_bigint::BigUint;

use crate::Refusal;

/// The largest amount there is.
pub const MOST: u128 = u64::MAX as u128;

/// `floor(a * b / d)`; the largest number there is when it would be larger, or for `d = 0`.
pub fn floor(a: u128, b: u128, d: u128) -> u128 {
    match a.checked_mul(b) {
        Some(product) if d > 0 => product / d,
        None if d > 0 => u128::try_from(BigUint::from(a) * b / d).unwrap_or(u128::MAX),
        _ => u128::MAX,
    }
}

/// `ceil(a * b / d)`; the largest number there is when it would be larger, or for `d = 0`.
pub fn ceil(a: u128, b: u128, d: u128) -> u128 {
    match a.checked_mul(b) {
        Some(product) if d > 0 => product.div_ceil(d),
        None if d > 0 => u128::try_from((BigUint::from(a) * b + (d - 1)) / d).unwrap_or(u128::MAX),
        _ => u128::MAX,
    }
}

/// `a * b < c * d`.
pub fn is_less(a: u128, b: u128, c: u128, d: u128) -> bool {
    BigUint::from(a) * b < BigUint::from(c) * d
}

/// Refuses what is no amount of 64 bits.
pub fn amount(atoms: u128) -> Result<u128, Refusal> {
    if atoms <= MOST { Ok(atoms) } else { Err(Refusal::Overflow) }
}
