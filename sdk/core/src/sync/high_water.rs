//! `C_hi`: the most tokens that circulated lately.

use crate::{CoreError, Result, usage::exp2_neg_q32, window::elapsed_seconds};

/// High-water mark of the circulating supply.
///
/// Every trade records the supply it leaves, at once; a new window begins with the supply it finds. The mark decays
/// toward the supply with a half-life, at syncs. Two peaks, of the present window of two epochs and of the one before,
/// do not decay, so [`HighWater::atoms`] is never below any supply of the last two epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HighWater {
    /// The decaying mark, token atoms.
    pub mark_atoms: u64,
    /// Highest supply of the present window, token atoms.
    pub peak_atoms: u64,
    /// Highest supply of the window before it, token atoms.
    pub last_peak_atoms: u64,
    /// Start of the present window.
    pub window_start_seconds: i64,
    /// When the mark last decayed.
    pub decayed_at_seconds: i64,
}

impl HighWater {
    /// The mark of a curve with nothing sold.
    pub const fn new(now_seconds: i64) -> Self {
        Self {
            mark_atoms: 0,
            peak_atoms: 0,
            last_peak_atoms: 0,
            window_start_seconds: now_seconds,
            decayed_at_seconds: now_seconds,
        }
    }

    /// `C_hi`, token atoms.
    pub fn atoms(&self) -> u64 {
        self.mark_atoms.max(self.peak_atoms).max(self.last_peak_atoms)
    }

    /// After a trade that took the circulating supply from `before_atoms` to `after_atoms`.
    pub fn record(&self, before_atoms: u64, after_atoms: u64, now_seconds: i64, epoch_seconds: u32) -> Self {
        let rolled = self.roll(before_atoms, now_seconds, epoch_seconds);
        Self {
            mark_atoms: rolled.mark_atoms.max(after_atoms),
            peak_atoms: rolled.peak_atoms.max(after_atoms),
            ..rolled
        }
    }

    /// At a sync: `mark = C + (mark - C) * 2^-(elapsed / half_life)`, then the windows roll. Rounds up, for the
    /// reserve: a higher mark makes a smaller step.
    pub fn decay(
        &self,
        circulating_atoms: u64,
        now_seconds: i64,
        epoch_seconds: u32,
        half_life_seconds: u32,
    ) -> Result<Self> {
        let elapsed = elapsed_seconds(self.decayed_at_seconds, now_seconds)?;
        let kept_q32 = exp2_neg_q32(elapsed, half_life_seconds)?;
        let above_atoms = u128::from(self.mark_atoms.saturating_sub(circulating_atoms));
        // arith-safety: a factor of at most 2^32 keeps the product below 2^96 and the quotient at most the difference.
        let kept_atoms = (above_atoms * u128::from(kept_q32)).div_ceil(1 << 32) as u64;
        let mark_atoms = circulating_atoms.checked_add(kept_atoms).ok_or(CoreError::Overflow)?;
        let decayed = Self { mark_atoms, decayed_at_seconds: now_seconds, ..*self };
        Ok(decayed.roll(circulating_atoms, now_seconds, epoch_seconds))
    }

    /// Starts a new window of two epochs when the present one is over. `circulating_atoms` is the supply since the
    /// last trade, so it stood in every window that passed. A clock that went back stays in the present window: it must
    /// not hold up a sale.
    fn roll(&self, circulating_atoms: u64, now_seconds: i64, epoch_seconds: u32) -> Self {
        let window_seconds = 2 * u64::from(epoch_seconds);
        let elapsed = elapsed_seconds(self.window_start_seconds, now_seconds).unwrap_or(0);
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
