use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::{
    fees::{FeeSplit, TradeFees},
    sync::SyncParams,
};

use crate::errors::{ExchangeError, ensure};

/// Shortest and longest epoch.
pub const EPOCH_SECONDS_MIN: u32 = 5;
/// See [`EPOCH_SECONDS_MIN`].
pub const EPOCH_SECONDS_MAX: u32 = 24 * 3_600;
/// Longest age at which a usage signal still moves the curve: a week, the half-life of the slowest average. An oracle that
/// stopped must not move markets for ever.
pub const USAGE_STALE_SECONDS_MAX: u32 = 7 * 24 * 3_600;

/// Fees and curve policy that a market copies when it opens. Basis points are of 10,000, `ppm` of 1,000,000.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketParams {
    /// Trade fee on the quote side.
    pub fee_bps: u16,
    /// Share of the fee that stays in the reserve.
    pub reserve_bps: u16,
    /// Share of the fee that goes to stakers.
    pub vault_bps: u16,
    /// Share of the fee that goes to the creator and contributors.
    pub creator_bps: u16,
    /// Share of the fee that goes to the protocol.
    pub protocol_bps: u16,
    /// Part of the protocol's share that a referrer takes.
    pub referral_bps: u16,
    /// Largest relative move of the price in one sync.
    pub step_max_ppm: u32,
    /// Largest part of the slack that a sync without a signal returns to the price; 0 for none.
    pub absorb_max_ppm: u32,
    /// Largest sum of steps of any 24 hours, each way.
    pub drift_max_ppm: u32,
    /// Signals closer to neutral than this move nothing.
    pub dead_band_ppm: u32,
    /// Gain of the signal, in thousandths.
    pub gain_milli: u32,
    /// Smallest premium of price over backing, at the high-water mark, that a downward step aims for.
    pub premium_min_ppm: u32,
    /// Largest premium of price over backing, at the high-water mark, that an upward step aims for.
    pub premium_max_ppm: u32,
    /// Length of an epoch; the curve moves at most once in each.
    pub epoch_seconds: u32,
    /// Share of the opening depth that must circulate before the curve moves.
    pub circulating_min_ppm: u32,
    /// Half-life of the high-water mark of circulation.
    pub high_water_half_life_seconds: u32,
    /// Age of the usage signal from which on the curve keeps its parameters.
    pub usage_stale_seconds: u32,
}

impl MarketParams {
    /// Fee and split in the form the formulas take.
    pub fn trade_fees(&self) -> TradeFees {
        let split = FeeSplit {
            reserve_bps: self.reserve_bps,
            vault_bps: self.vault_bps,
            creator_bps: self.creator_bps,
            protocol_bps: self.protocol_bps,
        };
        TradeFees { fee_bps: self.fee_bps, split, referral_bps: self.referral_bps }
    }

    /// Curve policy in the form the formulas take.
    pub fn sync_params(&self) -> SyncParams {
        SyncParams {
            step_max_ppm: self.step_max_ppm,
            absorb_max_ppm: self.absorb_max_ppm,
            drift_max_ppm: self.drift_max_ppm,
            dead_band_ppm: self.dead_band_ppm,
            gain_milli: self.gain_milli,
            premium_min_ppm: self.premium_min_ppm,
            premium_max_ppm: self.premium_max_ppm,
            epoch_seconds: self.epoch_seconds,
            min_circulating_ppm: self.circulating_min_ppm,
            high_water_half_life_seconds: self.high_water_half_life_seconds,
        }
    }

    /// Refuses fees, splits, steps and windows that are out of bounds or that would let somebody profit from a sync.
    pub fn validate(&self) -> Result<()> {
        let fees = self.trade_fees();
        fees.validate().map_err(ExchangeError::from)?;
        self.sync_params().validate(&fees).map_err(ExchangeError::from)?;
        let epoch_in_bounds = (EPOCH_SECONDS_MIN..=EPOCH_SECONDS_MAX).contains(&self.epoch_seconds);
        let stale_in_bounds = (1..=USAGE_STALE_SECONDS_MAX).contains(&self.usage_stale_seconds);
        ensure(epoch_in_bounds && stale_in_bounds, ExchangeError::ParamsOutOfBounds)
    }
}
