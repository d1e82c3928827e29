//! What the config may choose about a market, and the bounds that keep it harmless.

use crate::{
    CoreError, Result,
    bps::PPM_DENOMINATOR,
    fees::{FeeSplit, TRADE_FEES_DEFAULT, TradeFees},
    market::MarketParams,
};

/// Shortest half-life of an average supply, in epochs. An average that forgets a sale within a few epochs would let a whale
/// sell, have the curve moved at the distorted supply, and buy back.
pub const HALF_LIFE_EPOCHS_MIN: u64 = 24;
/// Smallest premium that a downward step may aim for: 1.01. Closer to one the supply floor is of a few atoms, and bounds
/// relative to it no longer fit 64 bits.
pub const PREMIUM_MIN_PPM: u32 = 1_010_000;
/// Shortest epoch.
pub const EPOCH_SECONDS_MIN: u32 = 5;
/// Longest epoch: a day.
pub const EPOCH_SECONDS_MAX: u32 = DAY_SECONDS;
/// Longest age at which usage figures still move the curve: a week. An oracle that stopped must not move markets for ever.
pub const USAGE_STALE_SECONDS_MAX: u32 = 7 * DAY_SECONDS;

const DAY_SECONDS: u32 = 24 * 3_600;

impl MarketParams {
    /// The default fees with the largest step and absorption that they allow, rounded down.
    pub const DEFAULT: Self = Self {
        fee_bps: TRADE_FEES_DEFAULT.fee_bps,
        reserve_bps: TRADE_FEES_DEFAULT.split.reserve_bps,
        vault_bps: TRADE_FEES_DEFAULT.split.vault_bps,
        creator_bps: TRADE_FEES_DEFAULT.split.creator_bps,
        protocol_bps: TRADE_FEES_DEFAULT.split.protocol_bps,
        referral_bps: TRADE_FEES_DEFAULT.referral_bps,
        step_max_ppm: 4_016,
        absorb_max_ppm: 1_502,
        drift_max_ppm: 100_000,
        premium_min_ppm: 1_050_000,
        premium_max_ppm: 20_000_000,
        epoch_seconds: 3_600,
        supply_half_life_seconds: 7 * DAY_SECONDS,
        pricing_half_life_seconds: 90 * DAY_SECONDS,
        usage_stale_seconds: 6 * 3_600,
    };

    /// The base fee and its split.
    pub const fn trade_fees(&self) -> TradeFees {
        let split = FeeSplit {
            reserve_bps: self.reserve_bps,
            vault_bps: self.vault_bps,
            creator_bps: self.creator_bps,
            protocol_bps: self.protocol_bps,
        };
        TradeFees { fee_bps: self.fee_bps, launch_bps: 0, split, referral_bps: self.referral_bps }
    }

    /// The same curve policy with other fees.
    pub const fn with_fees(self, fees: &TradeFees) -> Self {
        Self {
            fee_bps: fees.fee_bps,
            reserve_bps: fees.split.reserve_bps,
            vault_bps: fees.split.vault_bps,
            creator_bps: fees.split.creator_bps,
            protocol_bps: fees.split.protocol_bps,
            referral_bps: fees.referral_bps,
            ..self
        }
    }

    /// Refuses fees, splits and windows that are out of bounds, every combination of them under which trading around syncs
    /// could pay, and values that make no sense.
    pub fn validate(&self) -> Result<()> {
        let fees = self.trade_fees();
        fees.validate()?;
        // arith-safety: a factor of five bits on 32.
        let half_life_min_seconds = HALF_LIFE_EPOCHS_MIN * u64::from(self.epoch_seconds);
        let shortest_seconds = u64::from(self.supply_half_life_seconds.min(self.pricing_half_life_seconds));
        let sensible = (EPOCH_SECONDS_MIN..=EPOCH_SECONDS_MAX).contains(&self.epoch_seconds)
            && (1..=USAGE_STALE_SECONDS_MAX).contains(&self.usage_stale_seconds)
            && shortest_seconds >= half_life_min_seconds
            && self.premium_min_ppm >= PREMIUM_MIN_PPM
            && self.premium_max_ppm > self.premium_min_ppm
            && self.drift_max_ppm >= 2
            && self.drift_max_ppm <= PPM_DENOMINATOR as u32 / 4;
        if !sensible {
            return Err(CoreError::SyncParamsInvalid);
        }
        if !round_trip_loses(self.step_max_ppm, fees.reserve_lost_ppm()) {
            return Err(CoreError::StepExceedsLostFee);
        }
        if !round_trip_loses(self.absorb_max_ppm, fees.protocol_lost_ppm()?) {
            return Err(CoreError::AbsorptionExceedsLostFee);
        }
        Ok(())
    }

    /// Largest step that [`MarketParams::validate`] accepts with these fees.
    pub fn largest_step_ppm(fees: &TradeFees) -> Result<u32> {
        largest_gain_ppm(fees.reserve_lost_ppm())
    }

    /// Largest absorption that [`MarketParams::validate`] accepts with these fees.
    pub fn largest_absorption_ppm(fees: &TradeFees) -> Result<u32> {
        largest_gain_ppm(fees.protocol_lost_ppm()?)
    }
}

impl Default for MarketParams {
    fn default() -> Self {
        Self::DEFAULT
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
