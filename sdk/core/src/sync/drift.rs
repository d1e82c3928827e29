//! How far the steps of a day may add up.

use crate::{CoreError, Result, market::MarketParams, math::mul_div_floor, window::elapsed_seconds};

/// Length of the window in which steps are counted: 24 hours.
pub const DRIFT_WINDOW_SECONDS: u64 = 24 * 60 * 60;

/// Two leaky buckets, one for each direction, of capacity `drift_max / 2`, that drain by `drift_max / 2` in 24 hours.
/// Any 24 hours then hold at most a full bucket plus what drained meanwhile: `drift_max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DriftBudget {
    /// Upward steps not drained yet.
    pub up_used_ppm: u32,
    /// Downward steps not drained yet.
    pub down_used_ppm: u32,
    /// Until when the buckets were drained.
    pub updated_at_seconds: i64,
}

impl DriftBudget {
    /// Two empty buckets.
    pub const fn new(now_seconds: i64) -> Self {
        Self { up_used_ppm: 0, down_used_ppm: 0, updated_at_seconds: now_seconds }
    }

    /// Drains `floor(elapsed * capacity / 24 h)`. Rounds down, against the step; time that drained nothing whole is
    /// kept for the next call.
    pub fn drain(&self, now_seconds: i64, params: &MarketParams) -> Result<Self> {
        let elapsed = elapsed_seconds(self.updated_at_seconds, now_seconds)?;
        let capacity = u64::from(capacity_ppm(params));
        if elapsed >= DRIFT_WINDOW_SECONDS || (self.up_used_ppm == 0 && self.down_used_ppm == 0) {
            return Ok(Self::new(now_seconds));
        }
        let drained = mul_div_floor(elapsed, capacity, DRIFT_WINDOW_SECONDS)?;
        if drained == 0 {
            return Ok(*self);
        }
        let drained_ppm = u32::try_from(drained).map_err(|_| CoreError::Overflow)?;
        // Time paid for the whole parts, rounded up: the fraction of a second is lost against the step.
        let spent_seconds = (drained * DRIFT_WINDOW_SECONDS).div_ceil(capacity).min(elapsed);
        let spent_seconds = i64::try_from(spent_seconds).map_err(|_| CoreError::Overflow)?;
        Ok(Self {
            up_used_ppm: self.up_used_ppm.saturating_sub(drained_ppm),
            down_used_ppm: self.down_used_ppm.saturating_sub(drained_ppm),
            updated_at_seconds: self.updated_at_seconds.checked_add(spent_seconds).ok_or(CoreError::Overflow)?,
        })
    }

    /// What an upward step may still use.
    pub fn up_left_ppm(&self, params: &MarketParams) -> u32 {
        capacity_ppm(params).saturating_sub(self.up_used_ppm)
    }

    /// What a downward step may still use.
    pub fn down_left_ppm(&self, params: &MarketParams) -> u32 {
        capacity_ppm(params).saturating_sub(self.down_used_ppm)
    }

    /// Counts a signed step.
    pub fn spend(&self, step_ppm: i32) -> Result<Self> {
        let size = step_ppm.unsigned_abs();
        let (up, down) = if step_ppm > 0 { (size, 0) } else { (0, size) };
        Ok(Self {
            up_used_ppm: self.up_used_ppm.checked_add(up).ok_or(CoreError::Overflow)?,
            down_used_ppm: self.down_used_ppm.checked_add(down).ok_or(CoreError::Overflow)?,
            ..*self
        })
    }
}

fn capacity_ppm(params: &MarketParams) -> u32 {
    params.drift_max_ppm / 2
}
