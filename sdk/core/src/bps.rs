//! Basis points and parts per million of an amount, without a wide intermediate.
//!
//! `amount = q * D + r` gives `amount * part / D = q * part + r * part / D`, exactly, so the product never leaves 64
//! bits for a part of at most the whole.

use crate::{CoreError, Result};

/// Basis points in a whole.
pub const BPS_DENOMINATOR: u64 = 10_000;
/// Parts per million in a whole.
pub const PPM_DENOMINATOR: u64 = 1_000_000;

/// `floor(amount * bps / 10_000)`. Rounds down: the remainder stays with whoever holds the rest.
pub fn bps_floor(amount_atoms: u64, bps: u16) -> Result<u64> {
    part(amount_atoms, u64::from(bps), BPS_DENOMINATOR, Rounding::Down)
}

/// `ceil(amount * bps / 10_000)`. Rounds up: for fees, in favour of the pool.
pub fn bps_ceil(amount_atoms: u64, bps: u16) -> Result<u64> {
    part(amount_atoms, u64::from(bps), BPS_DENOMINATOR, Rounding::Up)
}

/// `floor(amount * ppm / 1_000_000)`. Rounds down.
pub fn ppm_floor(amount_atoms: u64, ppm: u32) -> Result<u64> {
    part(amount_atoms, u64::from(ppm), PPM_DENOMINATOR, Rounding::Down)
}

#[derive(Clone, Copy)]
enum Rounding {
    Down,
    Up,
}

/// `numerator` is at most 2^32 and `denominator` at most 2^20, so `rest * numerator` is below 2^52; and a part of at most the
/// whole is at most the amount. Wrapping operations, because a checked 64-bit product costs a 128-bit one on chain.
fn part(amount: u64, numerator: u64, denominator: u64, rounding: Rounding) -> Result<u64> {
    let (whole, rest) = (amount / denominator, amount % denominator);
    let rest_part = rest.wrapping_mul(numerator);
    let rest_part = match rounding {
        Rounding::Down => rest_part / denominator,
        Rounding::Up => rest_part.div_ceil(denominator),
    };
    if numerator <= denominator {
        return Ok(whole.wrapping_mul(numerator).wrapping_add(rest_part));
    }
    whole.checked_mul(numerator).and_then(|part| part.checked_add(rest_part)).ok_or(CoreError::Overflow)
}
