//! The oracle's usage account: fees of the present epoch, requesters, the two decaying sums, and the reserve's dues.

use modchains_core::{
    fees::{UsageFeeLegs, UsageFeeSplit},
    math::{ONE_Q32, exp2_neg_q32},
    usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, counted_share_atoms, paid_net_atoms, sum_advance},
};

use super::Weakness;

/// Usage of one model. Requesters are counted exactly, which favours whoever uses few keys.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub long_sum_q32: u128,
    pub short_sum_q32: u128,
    pub epoch_seconds: u32,
    pub cap_atoms: u64,
    epoch_fees_atoms: u64,
    epoch_shares_atoms: u64,
    epoch_requesters: u32,
    /// Everything that counted, for a control.
    total_atoms: u64,
    rolled_at_seconds: i64,
}

impl Usage {
    pub const fn new(cap_atoms: u64, epoch_seconds: u32, now_seconds: i64) -> Self {
        Self {
            long_sum_q32: 0,
            short_sum_q32: 0,
            epoch_seconds,
            cap_atoms,
            epoch_fees_atoms: 0,
            epoch_shares_atoms: 0,
            epoch_requesters: 0,
            total_atoms: 0,
            rolled_at_seconds: now_seconds,
        }
    }

    /// The sums as if every epoch so far had counted `share_atoms`.
    pub fn settle_at(&mut self, share_atoms: u64) {
        let settled = |half_life_seconds| {
            let kept = exp2_neg_q32(u64::from(self.epoch_seconds), half_life_seconds).unwrap();
            (u128::from(share_atoms) << 32) * u128::from(kept) / u128::from(ONE_Q32 - kept)
        };
        (self.long_sum_q32, self.short_sum_q32) = (settled(LONG_HALF_LIFE_SECONDS), settled(SHORT_HALF_LIFE_SECONDS));
    }

    /// Counts a final fee of `requesters` new requesters and says who gets it. What of it counts is a defence.
    pub fn count(
        &mut self,
        fee_atoms: u64,
        requesters: u32,
        split: &UsageFeeSplit,
        weakness: Weakness,
    ) -> UsageFeeLegs {
        let legs = split.split(fee_atoms).unwrap();
        let share_atoms = match weakness {
            Weakness::WholeUsageFeePays => fee_atoms,
            Weakness::ReserveSharePays => legs.protocol + legs.reserve,
            _ => legs.protocol,
        };
        self.epoch_fees_atoms += fee_atoms;
        self.epoch_shares_atoms += share_atoms;
        self.epoch_requesters += requesters;
        legs
    }

    /// Counts the protocol's share of real use whose requesters are many.
    pub fn count_share(&mut self, share_atoms: u64) {
        self.epoch_shares_atoms += share_atoms;
    }

    /// Closes all epochs up to now.
    pub fn roll(&mut self, now_seconds: i64, weakness: Weakness) {
        let epoch = i64::from(self.epoch_seconds);
        let epochs = (now_seconds - self.rolled_at_seconds) / epoch;
        if epochs <= 0 {
            return;
        }
        let cap_atoms = if weakness == Weakness::NoRequesterCap { u64::MAX } else { self.cap_atoms };
        let counted_atoms = counted_share_atoms(
            self.epoch_shares_atoms,
            self.epoch_fees_atoms,
            self.epoch_requesters,
            cap_atoms,
            1_000_000,
        )
        .unwrap();
        let advance = |sum_q32, half_life_seconds| {
            sum_advance(sum_q32, counted_atoms, epochs as u64, self.epoch_seconds, half_life_seconds).unwrap()
        };
        (self.long_sum_q32, self.short_sum_q32) =
            (advance(self.long_sum_q32, LONG_HALF_LIFE_SECONDS), advance(self.short_sum_q32, SHORT_HALF_LIFE_SECONDS));
        self.total_atoms += counted_atoms;
        (self.epoch_fees_atoms, self.epoch_shares_atoms, self.epoch_requesters) = (0, 0, 0);
        self.rolled_at_seconds += epochs * epoch;
    }

    /// `N`, as the last roll wrote it.
    pub fn paid_net_atoms(&self, weakness: Weakness) -> u64 {
        match weakness {
            Weakness::SteadyUsePays => self.total_atoms,
            _ => paid_net_atoms(self.long_sum_q32, self.short_sum_q32),
        }
    }

    /// `N` as it would be if the present epoch were closed now.
    pub fn live_net_atoms(&self) -> u64 {
        let mut closed = *self;
        closed.roll(self.rolled_at_seconds + i64::from(self.epoch_seconds), Weakness::None);
        closed.paid_net_atoms(Weakness::None)
    }
}
