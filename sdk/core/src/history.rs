//! What a market remembers of its course: the time integrals of its supply and of its price's logarithm.
//!
//! Both are brought up to date before anything changes supply or price, so what happens within one second weighs nothing.
//! The difference of two readings over the time between them is an average that nobody can bend for the length of a block:
//! of supply for [`crate::sync`], of price for whoever needs one (lenders, votes). The price is averaged by its logarithm,
//! a geometric mean: a price a million times too high for one second moves the arithmetic mean of an hour 277-fold, the
//! geometric one by 0.4 %.

use crate::{
    CoreError, Result,
    curve::Curve,
    math::{div_rem_wide, exp2_neg_q32, wide_mul},
    window,
};

/// Fractional bits of the logarithm of the price, to base 2.
pub const PRICE_LOG_FRACTION_BITS: u32 = 24;

/// Time integrals up to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct History {
    /// Until when, unix seconds.
    pub observed_at_seconds: i64,
    /// Integral of the circulating supply since the last sync, token atoms times seconds.
    pub supply_atom_seconds: u128,
    /// Integral of the price's logarithm since the opening: [`price_log_q24`] times seconds. Wraps; differences of two
    /// readings less than 250 years apart are exact.
    pub price_log_seconds: i64,
}

impl History {
    /// Of a market that opens now.
    pub const fn new(now_seconds: i64) -> Self {
        Self { observed_at_seconds: now_seconds, supply_atom_seconds: 0, price_log_seconds: 0 }
    }

    /// With the time that the curve has stood as it is. A clock that went back adds nothing: it must not hold up a sale.
    #[inline(always)]
    pub fn observe(&self, curve: &Curve, now_seconds: i64) -> Result<Self> {
        let elapsed_seconds = window::seconds_since(self.observed_at_seconds, now_seconds);
        if elapsed_seconds == 0 {
            return Ok(*self);
        }
        let supply = wide_mul(curve.circulating_atoms, elapsed_seconds);
        let price_log = price_log_q24(curve)?.wrapping_mul(elapsed_seconds as i64);
        Ok(Self {
            observed_at_seconds: now_seconds,
            supply_atom_seconds: self.supply_atom_seconds.checked_add(supply).ok_or(CoreError::Overflow)?,
            price_log_seconds: self.price_log_seconds.wrapping_add(price_log),
        })
    }
}

/// Logarithm to base 2 of the spot price in quote atoms per token atom, in Q24: within 2^-20 of the exact one.
pub fn price_log_q24(curve: &Curve) -> Result<i64> {
    // arith-safety: both are below 2^30.
    Ok(log2_q24(curve.quote_atoms()?) - log2_q24(curve.token_atoms()?))
}

/// Time-weighted geometric mean of the spot price between two readings of [`History::price_log_seconds`], as quote atoms per
/// token atom in Q64.64. Fails with `DivisionByZero` when no time lies between them, and with `Overflow` for what no two
/// readings of one market give.
pub fn mean_price_q64(earlier_log_seconds: i64, later_log_seconds: i64, elapsed_seconds: u64) -> Result<u128> {
    let elapsed = i64::try_from(elapsed_seconds).map_err(|_| CoreError::Overflow)?;
    if elapsed == 0 {
        return Err(CoreError::DivisionByZero);
    }
    let mean_log_q24 = later_log_seconds.wrapping_sub(earlier_log_seconds).div_euclid(elapsed);
    let one_q24 = 1_u32 << PRICE_LOG_FRACTION_BITS;
    let whole = mean_log_q24 >> PRICE_LOG_FRACTION_BITS;
    // `2^f` as twice `2^-(1 - f)`, so that the falling power serves here too.
    let fraction_q24 = (mean_log_q24 & i64::from(one_q24 - 1)) as u32;
    let halved_q32 = u128::from(exp2_neg_q32(u64::from(one_q24 - fraction_q24), one_q24)?);
    match whole.checked_add(33) {
        Some(left @ 0..=94) => Ok(halved_q32 << left),
        Some(right @ -33..=-1) => Ok(halved_q32 >> right.unsigned_abs()),
        _ => Err(CoreError::Overflow),
    }
}

/// Mean of the supply over `elapsed_seconds`, token atoms, at most `depth_atoms`: after a clock went back, some seconds
/// count twice. Rounds up: a larger supply makes a smaller step.
pub fn mean_supply_atoms(supply_atom_seconds: u128, elapsed_seconds: u64, depth_atoms: u64) -> Result<u64> {
    let (mean, rest) = div_rem_wide(supply_atom_seconds, elapsed_seconds)?;
    let mean = u64::try_from(mean).unwrap_or(depth_atoms);
    Ok(mean.saturating_add(u64::from(rest > 0)).min(depth_atoms))
}

/// Numerators over 2^31 of `q` in `log2(1 + x) = x + x (1 - x) q(x)`: interpolated at the Chebyshev points of [0, 1], exact at
/// both ends, so the logarithm is continuous.
const LOG2_COEFFICIENTS_Q31: [i64; 7] =
    [950_678_325, -598_200_317, 430_951_256, -318_123_882, 205_360_350, -91_781_377, 19_518_379];

/// Logarithm to base 2 in Q24, within 2^-22; zero for zero.
fn log2_q24(value: u64) -> i64 {
    let value = value.max(1);
    let zeros = value.leading_zeros();
    let whole = i64::from(63 - zeros);
    // arith-safety: `x` is below 2^31 and every sum below 2^31 in size, so no product leaves 62 bits.
    let x = (((value << zeros) << 1) >> 33) as i64;
    let q =
        LOG2_COEFFICIENTS_Q31.into_iter().rev().fold(0_i64, |sum, term| term.wrapping_add(sum.wrapping_mul(x) >> 31));
    let bent = (x.wrapping_mul((1 << 31) - x) >> 31).wrapping_mul(q) >> 31;
    (whole << PRICE_LOG_FRACTION_BITS) + ((x + bent) >> (31 - PRICE_LOG_FRACTION_BITS))
}
