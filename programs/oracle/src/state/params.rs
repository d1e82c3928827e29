use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::fees::UsageFeeSplit;
use modchains_program_kit::timelock::require_bounds;

use super::UsageSplit;
use crate::errors::{OracleError, ensure};

/// Longest cooldown, challenge window and wait: 30 days.
pub const PERIOD_SECONDS_MAX: u32 = 30 * 24 * 3_600;
/// Longest time between a claim and its result: a day.
pub const CLAIM_SECONDS_MAX: u32 = 24 * 3_600;
/// Shortest and longest usage epoch.
pub const EPOCH_SECONDS_MIN: u32 = 5;
/// See [`EPOCH_SECONDS_MIN`].
pub const EPOCH_SECONDS_MAX: u32 = 24 * 3_600;
/// Smallest bond multiple: a bond never covers less than the fee.
pub const BOND_MULTIPLE_BPS_MIN: u32 = 10_000;
/// Largest bond multiple: a hundred fees.
pub const BOND_MULTIPLE_BPS_MAX: u32 = 1_000_000;

/// Policy that services copy when they are opened or configured.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct OracleParams {
    /// How long a posted result can be challenged; at least 1.
    pub challenge_window_seconds: u32,
    /// How long an operator has between claim and result; 1 second to 1 day.
    pub claim_seconds: u32,
    /// How long a withdrawn bond stays reachable; at least the challenge window.
    pub cooldown_seconds: u32,
    /// Length of a usage epoch; 5 seconds to 1 day.
    pub epoch_seconds: u32,
    /// Result bond as a multiple of the fee, in basis points; 10,000 to 1,000,000.
    pub bond_multiple_bps: u32,
    /// Delay of every configuration change; a day to 30 days.
    pub timelock_seconds: u32,
    /// Split of services whose creator names none.
    pub split: UsageSplit,
    /// Smallest share a service may leave to its operators.
    pub operator_min_bps: u16,
    /// Smallest share a service may leave to the curve's reserve.
    pub reserve_min_bps: u16,
    /// Smallest share a service may leave to the protocol.
    pub protocol_min_bps: u16,
}

impl OracleParams {
    /// Requires every parameter within its bounds and the default split within the minima.
    pub fn validate(&self) -> Result<()> {
        let windows_fit = (1..=PERIOD_SECONDS_MAX).contains(&self.challenge_window_seconds)
            && (1..=CLAIM_SECONDS_MAX).contains(&self.claim_seconds)
            && (self.challenge_window_seconds..=PERIOD_SECONDS_MAX).contains(&self.cooldown_seconds)
            && (EPOCH_SECONDS_MIN..=EPOCH_SECONDS_MAX).contains(&self.epoch_seconds);
        let multiple_fits = (BOND_MULTIPLE_BPS_MIN..=BOND_MULTIPLE_BPS_MAX).contains(&self.bond_multiple_bps);
        ensure(windows_fit && multiple_fits, OracleError::ParameterOutOfBounds)?;
        require_bounds::<OracleError>(self.timelock_seconds)?;
        self.require_split(&self.split)
    }

    /// Requires `split` to add up and to respect the minima.
    pub fn require_split(&self, split: &UsageSplit) -> Result<()> {
        UsageFeeSplit::from(*split).validate().map_err(OracleError::from)?;
        let minima_kept = split.operator_bps >= self.operator_min_bps
            && split.reserve_bps >= self.reserve_min_bps
            && split.protocol_bps >= self.protocol_min_bps;
        ensure(minima_kept, OracleError::FeeSplitInvalid)?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use modchains_program_kit::timelock::{TIMELOCK_SECONDS_MAX, TIMELOCK_SECONDS_MIN};

    use super::*;
    use crate::test_support::refusal;

    pub(crate) const PARAMS: OracleParams = OracleParams {
        challenge_window_seconds: 60,
        claim_seconds: 30,
        cooldown_seconds: 120,
        epoch_seconds: 3_600,
        bond_multiple_bps: 20_000,
        timelock_seconds: 172_800,
        split: UsageSplit {
            operator_bps: 7_000,
            vault_bps: 1_200,
            creator_bps: 800,
            reserve_bps: 500,
            protocol_bps: 500,
        },
        operator_min_bps: 5_000,
        reserve_min_bps: 300,
        protocol_min_bps: 300,
    };

    #[test]
    fn each_parameter_is_bounded_on_both_sides() {
        assert!(PARAMS.validate().is_ok());
        let out_of_bounds: [fn(&mut OracleParams); 11] = [
            |params| params.challenge_window_seconds = 0,
            |params| params.challenge_window_seconds = params.cooldown_seconds + 1,
            |params| params.claim_seconds = 0,
            |params| params.claim_seconds = CLAIM_SECONDS_MAX + 1,
            |params| params.cooldown_seconds = PERIOD_SECONDS_MAX + 1,
            |params| params.epoch_seconds = EPOCH_SECONDS_MIN - 1,
            |params| params.epoch_seconds = EPOCH_SECONDS_MAX + 1,
            |params| params.bond_multiple_bps = BOND_MULTIPLE_BPS_MIN - 1,
            |params| params.bond_multiple_bps = BOND_MULTIPLE_BPS_MAX + 1,
            |params| params.timelock_seconds = TIMELOCK_SECONDS_MIN - 1,
            |params| params.timelock_seconds = TIMELOCK_SECONDS_MAX + 1,
        ];
        for corrupt in out_of_bounds {
            let mut params = PARAMS;
            corrupt(&mut params);
            assert_eq!(refusal(params.validate()), OracleError::ParameterOutOfBounds, "{params:?}");
        }
    }

    #[test]
    fn a_split_adds_up_and_keeps_every_minimum() {
        let shifts: [fn(&mut UsageSplit); 4] = [
            |split| split.vault_bps += 1,
            |split| (split.operator_bps, split.vault_bps) = (4_999, 3_201),
            |split| (split.reserve_bps, split.vault_bps) = (299, 1_401),
            |split| (split.protocol_bps, split.vault_bps) = (299, 1_401),
        ];
        for shift in shifts {
            let mut split = PARAMS.split;
            shift(&mut split);
            assert_eq!(refusal(PARAMS.require_split(&split)), OracleError::FeeSplitInvalid, "{split:?}");
        }
    }
}
