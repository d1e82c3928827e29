//! From averages of paid use to a direction and a size. The token's price is no input.

use crate::{
    CoreError, Result,
    bps::{PPM_DENOMINATOR, ppm_floor},
    market::MarketParams,
    math::{mul_div_floor, wide_mul},
};

/// Signed step in parts per million: `step_max * clamp(k * (s q - 1) / (s q + 1), -1, 1)` with
/// `s = min(ema_fast, ema_mid) / ema_slow`; zero while `s q` is within the dead band around one, or when nothing was
/// ever used. `quality_ppm` is `q`. Every division rounds toward no step.
pub fn signal_step_ppm(
    ema_fast: u64,
    ema_mid: u64,
    ema_slow: u64,
    quality_ppm: u32,
    params: &MarketParams,
) -> Result<i32> {
    let (weighed, usual) = weigh(ema_fast, ema_mid, ema_slow, quality_ppm)?;
    let difference = weighed.abs_diff(usual);
    let band = ppm_floor(usual, params.dead_band_ppm)?;
    if difference <= band {
        return Ok(0);
    }
    let sum = weighed.checked_add(usual).ok_or(CoreError::Overflow)?;
    let ratio_ppm = mul_div_floor(difference, PPM_DENOMINATOR, sum)?;
    let gained_ppm = mul_div_floor(ratio_ppm, u64::from(params.gain_milli), 1_000)?.min(PPM_DENOMINATOR);
    let size = mul_div_floor(u64::from(params.step_max_ppm), gained_ppm, PPM_DENOMINATOR)?;
    let size = i32::try_from(size).map_err(|_| CoreError::Overflow)?;
    Ok(if weighed > usual { size } else { -size })
}

/// The part of `lost_fees_atoms` that pays for an upward step: `lost * (s q - 1) / (s q)`, the share of present use
/// that is growth; nothing while use does not grow. Rounds down, against the step.
///
/// Steady use of others must not pay: a forger could add a tenth to it for a tenth of its cost and move the curve at
/// the expense of the rest. With the half-lives of [`crate::usage`] and `q` at one, all that steady use and fake use
/// together pay stays below what the fake use alone loses (docs/curve.md, "Growth pays").
pub fn growth_fees_atoms(
    lost_fees_atoms: u64,
    ema_fast: u64,
    ema_mid: u64,
    ema_slow: u64,
    quality_ppm: u32,
) -> Result<u64> {
    let (weighed, usual) = weigh(ema_fast, ema_mid, ema_slow, quality_ppm)?;
    match weighed.checked_sub(usual) {
        None | Some(0) => Ok(0),
        Some(growth) => mul_div_floor(lost_fees_atoms, growth, weighed),
    }
}

/// `min(ema_fast, ema_mid) * q` and `ema_slow` in one scale.
fn weigh(ema_fast: u64, ema_mid: u64, ema_slow: u64, quality_ppm: u32) -> Result<(u64, u64)> {
    let recent = ema_fast.min(ema_mid);
    // Both averages keep 31 significant bits, which makes every product here fit 64 bits; the ratio changes by less
    // than one part in 2^30.
    let excess_bits = (64 - recent.max(ema_slow).leading_zeros()).saturating_sub(31);
    let weighed = wide_mul(recent >> excess_bits, u64::from(quality_ppm));
    let weighed = u64::try_from(weighed).map_err(|_| CoreError::Overflow)?;
    let usual = (ema_slow >> excess_bits).checked_mul(PPM_DENOMINATOR).ok_or(CoreError::Overflow)?;
    Ok((weighed, usual))
}
