//! Usage of a model: decaying averages of paid use per epoch, and how many requesters were distinct.

use crate::{CoreError, Result, bps::PPM_DENOMINATOR, math::mul_div_floor};

const DAY_SECONDS: u32 = 24 * 60 * 60;
/// Half-life of the fast average: one day.
pub const EMA_FAST_HALF_LIFE_SECONDS: u32 = DAY_SECONDS;
/// Half-life of the middle average: three days.
pub const EMA_MID_HALF_LIFE_SECONDS: u32 = 3 * DAY_SECONDS;
/// Half-life of the slow average: seven days.
pub const EMA_SLOW_HALF_LIFE_SECONDS: u32 = 7 * DAY_SECONDS;

/// Averages are kept with this many fractional bits, so that use of a few atoms per epoch does not round away.
pub const EMA_FRACTION_BITS: u32 = 16;

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

/// An amount of atoms in the scale of the averages; saturates above 2^48 atoms per epoch.
pub const fn to_ema_scale(atoms: u64) -> u64 {
    if atoms >> (64 - EMA_FRACTION_BITS) == 0 { atoms << EMA_FRACTION_BITS } else { u64::MAX }
}

/// The average after `epochs` more epochs, the first of which saw `value` and all others nothing, in one step.
///
/// With `d = 2^-(epoch / half_life)`: `ema * d^n + value * (1 - d) * d^(n - 1)`. Both terms round down, against the
/// claim of use. `ema` and `value` are in the same scale, see [`to_ema_scale`].
pub fn ema_advance(ema: u64, value: u64, epochs: u64, epoch_seconds: u32, half_life_seconds: u32) -> Result<u64> {
    if epochs == 0 {
        return Ok(ema);
    }
    let epoch = u64::from(epoch_seconds);
    let step_q32 = exp2_neg_q32(epoch, half_life_seconds)?;
    let weight_q32 = ONE_Q32.checked_sub(step_q32).ok_or(CoreError::Overflow)?;
    let after_first = mul_q32(ema, step_q32).checked_add(mul_q32(value, weight_q32)).ok_or(CoreError::Overflow)?;
    match epochs - 1 {
        0 => Ok(after_first),
        later => Ok(mul_q32(after_first, exp2_neg_q32(later.saturating_mul(epoch), half_life_seconds)?)),
    }
}

/// `floor(value * factor)` for a Q32 factor of at most one.
fn mul_q32(value: u64, factor_q32: u64) -> u64 {
    // arith-safety: a factor of at most 2^32 cannot make the result exceed the value.
    ((u128::from(value) * u128::from(factor_q32)) >> 32) as u64
}

/// Fees of an epoch that count as use: `min(fees, cap_per_requester * distinct)`, in atoms. One requester alone can
/// then not move the averages by more than the cap.
pub const fn epoch_value(fees_atoms: u64, distinct_requesters: u32, cap_per_requester_atoms: u64) -> u64 {
    let cap_atoms = cap_per_requester_atoms.saturating_mul(distinct_requesters as u64);
    if fees_atoms < cap_atoms { fees_atoms } else { cap_atoms }
}

/// Quality in parts per million from a score and the share of lost disputes: `score * (1 - lost)^2`. Rounds down.
pub fn quality_ppm(score_ppm: u32, disputes_lost_ppm: u32) -> Result<u32> {
    let kept = PPM_DENOMINATOR.saturating_sub(u64::from(disputes_lost_ppm));
    let once = mul_div_floor(u64::from(score_ppm), kept, PPM_DENOMINATOR)?;
    let twice = mul_div_floor(once, kept, PPM_DENOMINATOR)?;
    u32::try_from(twice).map_err(|_| CoreError::Overflow)
}

/// Registers of the HyperLogLog sketch.
pub const HLL_REGISTERS: usize = 64;

/// `round(alpha_64 * 64^2)`, with `alpha_64 = 0.709` (Flajolet et al. 2007, HyperLogLog, figure 3).
const HLL_ALPHA_M2: u64 = 2_904;
/// Below this estimate (2.5 per register) linear counting is more exact.
const HLL_SMALL_RANGE: u64 = 160;
/// `round(64 * ln(64 / z))` for `z` registers still zero; the entry for 0 is not used.
const HLL_LINEAR_COUNT: [u16; HLL_REGISTERS + 1] = [
    0, 266, 222, 196, 177, 163, 151, 142, 133, 126, 119, 113, 107, 102, 97, 93, 89, 85, 81, 78, 74, 71, 68, 65, 63, 60,
    58, 55, 53, 51, 48, 46, 44, 42, 40, 39, 37, 35, 33, 32, 30, 28, 27, 25, 24, 23, 21, 20, 18, 17, 16, 15, 13, 12, 11,
    10, 9, 7, 6, 5, 4, 3, 2, 1, 0,
];

/// Counts one requester, named by 64 well-mixed bits: the first bytes of a SHA-256 of its address and a salt.
pub fn hll_insert(registers: &mut [u8; HLL_REGISTERS], hash: u64) {
    let index = (hash % HLL_REGISTERS as u64) as usize;
    // The upper 58 bits; the guard bit below them bounds the rank by 59.
    let rank = (((hash >> 6) << 6) | (1 << 5)).leading_zeros() as u8 + 1;
    if let Some(register) = registers.get_mut(index)
        && *register < rank
    {
        *register = rank;
    }
}

/// Estimated number of distinct requesters; standard error 13 %. Rounds down.
pub fn hll_estimate(registers: &[u8; HLL_REGISTERS]) -> u32 {
    // arith-safety: 64 terms of at most 2^32 sum to at most 2^38; the constant times 2^32 is below 2^44. Registers are
    // looked at eight at a time, because most of a quiet epoch's are zero.
    let (mut sum_q32, mut zeros) = (0_u64, 0_usize);
    let (words, _) = registers.as_chunks::<8>();
    for word in words {
        if *word == [0; 8] {
            sum_q32 = sum_q32.wrapping_add(8 << 32);
            zeros += 8;
            continue;
        }
        for rank in word {
            sum_q32 = sum_q32.wrapping_add(ONE_Q32.checked_shr(u32::from(*rank)).unwrap_or(0).max(1));
            zeros += usize::from(*rank == 0);
        }
    }
    let estimate = (HLL_ALPHA_M2 << 32) / sum_q32;
    if estimate <= HLL_SMALL_RANGE && zeros > 0 {
        return HLL_LINEAR_COUNT.get(zeros).map_or(0, |count| u32::from(*count));
    }
    u32::try_from(estimate).unwrap_or(u32::MAX)
}
