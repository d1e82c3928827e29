//! What the config may choose about sync, and the bounds that keep it harmless.

use crate::bps::PPM_DENOMINATOR;
use crate::fees::TradeFees;
use crate::{CoreError, Result};

/// Shortest half-life of the high-water mark, in epochs. A mark that forgets a sale within a few epochs would let a whale
/// sell, have the curve moved at the distorted supply, and buy back.
pub const HALF_LIFE_EPOCHS_MIN: u64 = 24;

/// Parameters of sync. Parts per million unless the name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncParams {
    /// Largest step of one sync, either way.
    pub step_max_ppm: u32,
    /// Largest part of the slack that one sync without a signal returns to the price. Zero turns it off.
    pub absorb_max_ppm: u32,
    /// The steps of any 24 hours add up to at most this, each way.
    pub drift_max_ppm: u32,
    /// A signal closer to one than this moves nothing.
    pub dead_band_ppm: u32,
    /// Gain `k` of the signal in thousandths.
    pub gain_milli: u32,
    /// Smallest premium of price over backing that a downward step may aim for; above 1,000,000.
    pub premium_min_ppm: u32,
    /// Largest premium of price over backing that an upward step may aim for.
    pub premium_max_ppm: u32,
    /// Length of an epoch: the least time between two syncs.
    pub epoch_seconds: u32,
    /// Below this part of the launch depth in circulation, nothing moves.
    pub min_circulating_ppm: u32,
    /// Half-life of the high-water mark's way back to `C`; at least [`HALF_LIFE_EPOCHS_MIN`] epochs.
    pub high_water_half_life_seconds: u32,
}

impl SyncParams {
    /// Defaults for [`crate::fees::TRADE_FEES_DEFAULT`]: the largest step its fee allows, rounded down.
    pub const DEFAULT: Self = Self {
        step_max_ppm: 5_500,
        absorb_max_ppm: 1_500,
        drift_max_ppm: 100_000,
        dead_band_ppm: 50_000,
        gain_milli: 2_000,
        premium_min_ppm: 1_050_000,
        premium_max_ppm: 20_000_000,
        epoch_seconds: 3_600,
        min_circulating_ppm: 1_000,
        high_water_half_life_seconds: 7 * 24 * 60 * 60,
    };

    /// Refuses every combination of parameters and fees under which trading around syncs could pay, and values that
    /// make no sense.
    pub fn validate(&self, fees: &TradeFees) -> Result<()> {
        let whole = PPM_DENOMINATOR as u32;
        // arith-safety: a factor of five bits on 32.
        let half_life_min_seconds = HALF_LIFE_EPOCHS_MIN * u64::from(self.epoch_seconds);
        let sensible = self.epoch_seconds > 0
            && u64::from(self.high_water_half_life_seconds) >= half_life_min_seconds
            && self.premium_min_ppm > whole
            && self.premium_max_ppm > self.premium_min_ppm
            && self.drift_max_ppm >= 2
            && self.drift_max_ppm <= whole / 4
            && self.dead_band_ppm < whole
            && self.gain_milli > 0
            && self.min_circulating_ppm <= whole;
        if !sensible {
            return Err(CoreError::SyncParamsInvalid);
        }
        if !round_trip_loses(self.step_max_ppm, fees.fee_lost_ppm()?) {
            return Err(CoreError::StepExceedsLostFee);
        }
        if !round_trip_loses(self.absorb_max_ppm, fees.protocol_lost_ppm()?) {
            return Err(CoreError::AbsorptionExceedsLostFee);
        }
        Ok(())
    }

    /// Largest step that [`SyncParams::validate`] accepts with these fees.
    pub fn largest_step_ppm(fees: &TradeFees) -> Result<u32> {
        largest_gain_ppm(fees.fee_lost_ppm()?)
    }

    /// Largest absorption that [`SyncParams::validate`] accepts with these fees.
    pub fn largest_absorption_ppm(fees: &TradeFees) -> Result<u32> {
        largest_gain_ppm(fees.protocol_lost_ppm()?)
    }
}

/// `(1 + gain) * (1 - lost) <= 1`, exactly: the root of the law for two syncs and one round trip.
fn round_trip_loses(gain_ppm: u32, lost_ppm: u32) -> bool {
    let Some(kept) = PPM_DENOMINATOR.checked_sub(u64::from(lost_ppm)) else { return false };
    // arith-safety: both factors are below 2^33.
    (PPM_DENOMINATOR + u64::from(gain_ppm)) * kept <= PPM_DENOMINATOR * PPM_DENOMINATOR
}

/// `floor(lost / (1 - lost))`. Rounds down, against the step.
fn largest_gain_ppm(lost_ppm: u32) -> Result<u32> {
    let lost = u64::from(lost_ppm);
    let kept = PPM_DENOMINATOR.checked_sub(lost).ok_or(CoreError::FeeOutOfBounds)?;
    let gain = (lost * PPM_DENOMINATOR).checked_div(kept).ok_or(CoreError::DivisionByZero)?;
    u32::try_from(gain).map_err(|_| CoreError::Overflow)
}
