//! The paid net of a model, and what of an epoch's shares counts.

use crate::{
    exact::{MOST, floor},
    power_of_half_q32,
};

const DAY_SECONDS: u128 = 86_400;
const LONG_HALF_LIFE_SECONDS: u128 = 30 * DAY_SECONDS;
const SHORT_HALF_LIFE_SECONDS: u128 = 3 * DAY_SECONDS;
/// `c = 734 / 1,024`.
const NET_FACTOR: (u128, u128) = (734, 1_024);
const SUM_MOST_Q32: u128 = (1 << 95) - 1;

/// Both sums of the protocol's counted shares, in Q32 atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// With a half-life of 30 days.
    pub long_q32: u128,
    /// With a half-life of three.
    pub short_q32: u128,
}

impl Usage {
    /// After `epochs`, the first of which saw `share_atoms`.
    pub fn roll(&mut self, share_atoms: u64, epochs: u64, epoch_seconds: u32) {
        let seconds = (u128::from(epochs) * u128::from(epoch_seconds)).min(MOST);
        for (sum_q32, half_life_seconds) in
            [(&mut self.long_q32, LONG_HALF_LIFE_SECONDS), (&mut self.short_q32, SHORT_HALF_LIFE_SECONDS)]
        {
            let grown_q32 = (*sum_q32 + (u128::from(share_atoms) << 32)).min(SUM_MOST_Q32);
            *sum_q32 = floor(grown_q32, power_of_half_q32(seconds, half_life_seconds), 1 << 32);
        }
    }

    /// `N = floor(c max(0, Z - M))`.
    pub fn net_atoms(&self) -> u64 {
        let above_q32 = self.long_q32.saturating_sub(self.short_q32);
        let net_atoms = floor(above_q32, NET_FACTOR.0, NET_FACTOR.1 << 32);
        u64::try_from(net_atoms).unwrap_or(u64::MAX)
    }
}

/// `share * min(1, cap * distinct / fees) * min(1, quality)`, rounded down after each factor.
pub fn counted_share(share: u64, fees: u64, distinct: u32, cap: u64, quality_ppm: u32) -> u64 {
    let cap_atoms = (u128::from(cap) * u128::from(distinct)).min(MOST);
    let fees_atoms = u128::from(fees);
    let capped = if fees_atoms > cap_atoms { floor(share.into(), cap_atoms, fees_atoms) } else { share.into() };
    floor(capped, u128::from(quality_ppm.min(1_000_000)), 1_000_000) as u64
}
