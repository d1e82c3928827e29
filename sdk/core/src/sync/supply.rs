//! How many tokens circulated lately: what bounds a step, and at which supply it is paid.

use crate::{
    CoreError, Result, curve::Curve, history::mean_supply_atoms, market::MarketParams, math::exp2_neg_q32, window,
};

/// Peaks and averages of the circulating supply.
///
/// Every trade records the supply it leaves, at once; a new window begins with the supply it finds. The averages are formed
/// at syncs, of the mean supply since the last one, so that it does not matter when within that time somebody sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Supply {
    /// Highest supply of the present window of two epochs, token atoms.
    pub peak_atoms: u64,
    /// Highest supply of the window before it, token atoms.
    pub last_peak_atoms: u64,
    /// Start of the present window, unix seconds.
    pub window_start_seconds: i64,
    /// Average with the shorter half-life, a week by default, token atoms.
    pub short_average_atoms: u64,
    /// Average with the longer half-life, 90 days by default, token atoms.
    pub long_average_atoms: u64,
}

impl Supply {
    /// Of a curve with nothing sold.
    pub const fn new(now_seconds: i64) -> Self {
        Self {
            peak_atoms: 0,
            last_peak_atoms: 0,
            window_start_seconds: now_seconds,
            short_average_atoms: 0,
            long_average_atoms: 0,
        }
    }

    /// `C_hi`, relative to which a step is small: the most of the present supply, of the peaks of two windows and of the
    /// shorter average; token atoms.
    pub fn high_atoms(&self, circulating_atoms: u64) -> u64 {
        circulating_atoms.max(self.peak_atoms).max(self.last_peak_atoms).max(self.short_average_atoms)
    }

    /// `C_p`, the supply at which a step is paid: the most of the present supply, of the longer average and of half the depth,
    /// below the depth; token atoms.
    pub fn pricing_atoms(&self, circulating_atoms: u64, depth_atoms: u64) -> u64 {
        let atoms = circulating_atoms.max(self.long_average_atoms).max(depth_atoms / 2);
        atoms.min(depth_atoms.saturating_sub(1))
    }

    /// After a trade that took the supply from `before_atoms` to `after_atoms`.
    #[inline(always)]
    pub fn record(&self, before_atoms: u64, after_atoms: u64, now_seconds: i64, epoch_seconds: u32) -> Self {
        let rolled = self.roll(before_atoms, now_seconds, epoch_seconds);
        Self { peak_atoms: rolled.peak_atoms.max(after_atoms), ..rolled }
    }

    /// At a sync, `elapsed_seconds` after the last one: both averages move toward the mean supply since then, and the windows
    /// roll. Rounds up, against the step.
    pub fn average(
        &self,
        curve: &Curve,
        supply_atom_seconds: u128,
        elapsed_seconds: u64,
        now_seconds: i64,
        params: &MarketParams,
    ) -> Result<Self> {
        let mean_atoms = mean_supply_atoms(supply_atom_seconds, elapsed_seconds, curve.depth_atoms)?;
        let toward = |average_atoms, half_life_seconds| {
            approach(average_atoms, mean_atoms, exp2_neg_q32(elapsed_seconds, half_life_seconds)?)
        };
        Ok(Self {
            short_average_atoms: toward(self.short_average_atoms, params.supply_half_life_seconds)?,
            long_average_atoms: toward(self.long_average_atoms, params.pricing_half_life_seconds)?,
            ..self.roll(curve.circulating_atoms, now_seconds, params.epoch_seconds)
        })
    }

    /// Starts a new window of two epochs when the present one is over. `circulating_atoms` is the supply since the
    /// last trade, so it stood in every window that passed. A clock that went back stays in the present window: it must
    /// not hold up a sale.
    fn roll(&self, circulating_atoms: u64, now_seconds: i64, epoch_seconds: u32) -> Self {
        let window_seconds = 2 * u64::from(epoch_seconds);
        let elapsed = window::seconds_since(self.window_start_seconds, now_seconds);
        if elapsed < window_seconds {
            return *self;
        }
        let last_peak_atoms = if elapsed < 2 * window_seconds { self.peak_atoms } else { circulating_atoms };
        Self {
            last_peak_atoms: last_peak_atoms.max(circulating_atoms),
            peak_atoms: circulating_atoms,
            window_start_seconds: now_seconds,
            ..*self
        }
    }
}

/// `mean + (average - mean) * kept`, of which at most one is kept. Rounds up.
fn approach(average_atoms: u64, mean_atoms: u64, kept_q32: u64) -> Result<u64> {
    let distance = u128::from(average_atoms.abs_diff(mean_atoms)) * u128::from(kept_q32);
    // arith-safety: a factor of at most 2^32 leaves at most the distance, which fits 64 bits.
    let moved = if average_atoms > mean_atoms {
        mean_atoms.checked_add(distance.div_ceil(1 << 32) as u64)
    } else {
        mean_atoms.checked_sub((distance >> 32) as u64)
    };
    moved.ok_or(CoreError::Overflow)
}
