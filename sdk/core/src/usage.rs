//! Usage of a model: what of an epoch's fees counts, the paid net that moves a market's premium, and how many requesters
//! were distinct.
//!
//! Two sums of the protocol's counted shares decay with half-lives of 30 and of 3 days, `Z` and `M`. Their difference,
//! times a constant, is the **paid net** `N = c (Z - M)`. Use that comes raises `N` while it is older than the short and
//! younger than the long half-life; steady use holds it where it is, and use that ends takes it to zero. `N` is never
//! negative, is known for any number of silent epochs at once, and whatever real use does, fakes of `F` atoms raise the
//! sum of its rises by at most `F / 2`: a single payment's course of `c (2^(-t/30d) - 2^(-t/3d))` has one rise, of
//! `c kappa`, and `c <= 1 / (2 kappa)` (docs/curve.md, "What fakes return").

use crate::{
    CoreError, Result,
    bps::PPM_DENOMINATOR,
    math::{ONE_Q32, exp2_neg_q32, mul_div_floor},
};

const DAY_SECONDS: u32 = 24 * 60 * 60;
/// Half-life of the sum that remembers long, `Z`: 30 days.
pub const LONG_HALF_LIFE_SECONDS: u32 = 30 * DAY_SECONDS;
/// Half-life of the sum that forgets soon, `M`: a tenth of it.
pub const SHORT_HALF_LIFE_SECONDS: u32 = 3 * DAY_SECONDS;

/// `c` in 1,024ths, rounded down: `1 / (2 kappa) = 0.7175`, with `kappa = 10^(-1/9) - 10^(-10/9)` the largest value of
/// `2^(-t/30) - 2^(-t/3)`.
const NET_FACTOR: u128 = 734;
const NET_FACTOR_BITS: u32 = 10;
/// The sums keep this many fractional bits, so that use of a few atoms per epoch does not round away.
const SUM_FRACTION_BITS: u32 = 32;
/// Largest sum: 2^63 atoms, so that a product with a Q32 factor fits 128 bits.
const SUM_MAX_Q32: u128 = (1 << 95) - 1;

/// A decaying sum after `epochs` more epochs, the first of which saw `value_atoms` and all others nothing, in one step:
/// `floor((sum + value) * 2^-(epochs * epoch / half_life))`, in Q32 atoms. Rounds down, against the claim of use.
pub fn sum_advance(
    sum_q32: u128,
    value_atoms: u64,
    epochs: u64,
    epoch_seconds: u32,
    half_life_seconds: u32,
) -> Result<u128> {
    let seconds = epochs.saturating_mul(u64::from(epoch_seconds));
    let kept_q32 = exp2_neg_q32(seconds, half_life_seconds)?;
    let sum_q32 = sum_q32.saturating_add(u128::from(value_atoms) << SUM_FRACTION_BITS).min(SUM_MAX_Q32);
    // arith-safety: 95 by 33 bits; a factor of at most one cannot exceed the sum.
    Ok((sum_q32 * u128::from(kept_q32)) >> 32)
}

/// The paid net `N = floor(c * max(0, Z - M))` in atoms, from both sums in Q32 atoms. Rounds down, against a rise.
pub fn paid_net_atoms(long_sum_q32: u128, short_sum_q32: u128) -> u64 {
    let difference_q32 = long_sum_q32.saturating_sub(short_sum_q32).min(SUM_MAX_Q32);
    // arith-safety: 95 and 10 bits make 105, of which 63 are left.
    ((difference_q32 * NET_FACTOR) >> (SUM_FRACTION_BITS + NET_FACTOR_BITS)) as u64
}

/// What of an epoch's protocol shares counts as use, in atoms: the part that its capped fees are of all its fees, `min(1,
/// cap_per_requester * distinct / fees)`, weighed by quality, which only discounts. One requester alone can then not
/// raise the sums by more than the cap's share. Both divisions round down, against the claim of use.
pub fn counted_share_atoms(
    share_atoms: u64,
    fees_atoms: u64,
    distinct_requesters: u32,
    cap_per_requester_atoms: u64,
    quality_ppm: u32,
) -> Result<u64> {
    let cap_atoms = cap_per_requester_atoms.saturating_mul(u64::from(distinct_requesters));
    let capped_atoms =
        if fees_atoms <= cap_atoms { share_atoms } else { mul_div_floor(share_atoms, cap_atoms, fees_atoms)? };
    let quality = u64::from(quality_ppm);
    if quality >= PPM_DENOMINATOR { Ok(capped_atoms) } else { mul_div_floor(capped_atoms, quality, PPM_DENOMINATOR) }
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
