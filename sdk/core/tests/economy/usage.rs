//! The oracle's usage account: fees of the present epoch, distinct requesters, averages.

use modchains_core::{
    fees::{UsageFeeLegs, UsageFeeSplit},
    market::UsageSignal,
    usage::{
        EMA_FAST_HALF_LIFE_SECONDS, EMA_MID_HALF_LIFE_SECONDS, EMA_SLOW_HALF_LIFE_SECONDS, ema_advance, epoch_value,
        to_ema_scale,
    },
};

use super::{weakness::Weakness, world::EPOCH};

/// Usage of one model. Requesters are counted exactly, which favours whoever uses few keys.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub ema_fast: u64,
    pub ema_mid: u64,
    pub ema_slow: u64,
    pub quality_ppm: u32,
    pub cap_atoms: u64,
    pub epoch_fees_atoms: u64,
    pub epoch_requesters: u32,
    pub fees_total_atoms: u64,
    pub protocol_total_atoms: u64,
    pub reserve_total_atoms: u64,
}

impl Usage {
    pub const fn new(cap_atoms: u64) -> Self {
        Self {
            ema_fast: 0,
            ema_mid: 0,
            ema_slow: 0,
            quality_ppm: 1_000_000,
            cap_atoms,
            epoch_fees_atoms: 0,
            epoch_requesters: 0,
            fees_total_atoms: 0,
            protocol_total_atoms: 0,
            reserve_total_atoms: 0,
        }
    }

    /// Averages as if every epoch so far had seen `fees_atoms`.
    pub fn settle_at(&mut self, fees_atoms: u64) {
        let level = to_ema_scale(fees_atoms);
        (self.ema_fast, self.ema_mid, self.ema_slow) = (level, level, level);
    }

    /// What the exchange reads of it. Which fees pay for a step is one of the defences.
    pub const fn signal(&self, weakness: Weakness, now_seconds: i64) -> UsageSignal {
        let non_recoverable_fees_total = match weakness {
            Weakness::WholeUsageFeePays => self.fees_total_atoms,
            Weakness::ReserveSharePays => self.protocol_total_atoms + self.reserve_total_atoms,
            _ => self.protocol_total_atoms,
        };
        UsageSignal {
            non_recoverable_fees_total,
            ema_fast: self.ema_fast,
            ema_mid: self.ema_mid,
            ema_slow: self.ema_slow,
            quality_ppm: self.quality_ppm,
            rolled_at_seconds: now_seconds,
        }
    }

    /// Counts a final fee of `requesters` new requesters and says who gets it.
    pub fn count(&mut self, fee_atoms: u64, requesters: u32, split: &UsageFeeSplit) -> UsageFeeLegs {
        let legs = split.split(fee_atoms).unwrap();
        self.epoch_fees_atoms += fee_atoms;
        self.epoch_requesters += requesters;
        self.fees_total_atoms += fee_atoms;
        self.protocol_total_atoms += legs.lost_atoms();
        self.reserve_total_atoms += legs.reserve;
        legs
    }

    /// Closes one epoch.
    pub fn roll(&mut self) {
        let value = to_ema_scale(epoch_value(self.epoch_fees_atoms, self.epoch_requesters, self.cap_atoms));
        let advance = |ema, half_life_seconds| ema_advance(ema, value, 1, EPOCH as u32, half_life_seconds).unwrap();
        self.ema_fast = advance(self.ema_fast, EMA_FAST_HALF_LIFE_SECONDS);
        self.ema_mid = advance(self.ema_mid, EMA_MID_HALF_LIFE_SECONDS);
        self.ema_slow = advance(self.ema_slow, EMA_SLOW_HALF_LIFE_SECONDS);
        (self.epoch_fees_atoms, self.epoch_requesters) = (0, 0);
    }
}
