//! Splits of the trade fee and of the inference fee. Every split conserves the amount to the atom.

use crate::{
    CoreError, Result,
    bps::{BPS_DENOMINATOR, bps_ceil, bps_floor},
    window,
};

/// Smallest base trade fee.
pub const TRADE_FEE_MIN_BPS: u16 = 25;
/// Largest base trade fee.
pub const TRADE_FEE_MAX_BPS: u16 = 500;
/// Default base trade fee: 1 %.
pub const TRADE_FEE_DEFAULT_BPS: u16 = 100;
/// Default part of the protocol leg that goes to a named referrer: a quarter.
pub const REFERRAL_DEFAULT_BPS: u16 = 2_500;
/// Largest part of the protocol leg that may go to a referrer.
pub const REFERRAL_MAX_BPS: u16 = 5_000;
/// Smallest part of the trade fee that goes to the reserve.
pub const RESERVE_PART_MIN_BPS: u16 = 1_000;
/// Smallest part of the trade fee that goes to the protocol.
pub const PROTOCOL_PART_MIN_BPS: u16 = 500;
/// Largest part of the trade fee that goes to the protocol.
pub const PROTOCOL_PART_MAX_BPS: u16 = 4_000;
/// Smallest part of the inference fee that goes to the operator who did the work.
pub const OPERATOR_PART_MIN_BPS: u16 = 3_000;
/// Smallest part of the inference fee that goes to the stakers.
pub const VAULT_PART_MIN_BPS: u16 = 500;
/// How long a split that gives somebody less waits: 31 days, a day more than the longest cooldown of a stake, so that
/// whoever staked for the split in force is out before another one holds.
pub const SPLIT_TIMELOCK_SECONDS: u32 = 31 * 24 * 3_600;
/// How long such a split can be applied after it has waited: 14 days. Later it must be queued again, for those who have come
/// since it was queued.
pub const SPLIT_APPLY_SECONDS: u32 = 14 * 24 * 3_600;

/// How the trade fee is shared. The parts add up to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeSplit {
    /// Part that stays in the curve's reserve and backs every token.
    pub reserve_bps: u16,
    /// Part streamed to the stakers.
    pub vault_bps: u16,
    /// Part of creator and contributors.
    pub creator_bps: u16,
    /// Part of the protocol, out of which a referrer is paid.
    pub protocol_bps: u16,
}

/// 40 % reserve, 25 % stakers, 15 % creator, 20 % protocol.
pub const FEE_SPLIT_DEFAULT: FeeSplit =
    FeeSplit { reserve_bps: 4_000, vault_bps: 2_500, creator_bps: 1_500, protocol_bps: 2_000 };

impl FeeSplit {
    /// Requires that the parts add up to 10,000, the reserve's and the protocol's within their bounds.
    pub fn validate(&self) -> Result<()> {
        let parts = [self.reserve_bps, self.vault_bps, self.creator_bps, self.protocol_bps];
        require_whole(&parts)?;
        let protocol_fits = (PROTOCOL_PART_MIN_BPS..=PROTOCOL_PART_MAX_BPS).contains(&self.protocol_bps);
        if self.reserve_bps < RESERVE_PART_MIN_BPS || !protocol_fits {
            return Err(CoreError::SplitInvalid);
        }
        Ok(())
    }
}

/// The fee of a trade and who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeFees {
    /// Base fee in basis points of the gross quote amount.
    pub fee_bps: u16,
    /// What the launch adds to the base fee, in basis points of the gross quote amount; 0 after it.
    pub launch_bps: u16,
    /// How the base fee is shared.
    pub split: FeeSplit,
    /// Part of the protocol leg that goes to a named referrer.
    pub referral_bps: u16,
}

/// 1 % fee with the default split and referral.
pub const TRADE_FEES_DEFAULT: TradeFees = TradeFees {
    fee_bps: TRADE_FEE_DEFAULT_BPS,
    launch_bps: 0,
    split: FEE_SPLIT_DEFAULT,
    referral_bps: REFERRAL_DEFAULT_BPS,
};

/// What each recipient gets of one trade fee, in quote atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeeLegs {
    /// Added to the curve's reserve.
    pub reserve: u64,
    /// Streamed to the stakers.
    pub vault: u64,
    /// Accrued for creator and contributors.
    pub creator: u64,
    /// Accrued for the protocol, net of the referral.
    pub protocol: u64,
    /// Accrued for the referrer; zero without one.
    pub referrer: u64,
}

impl FeeLegs {
    /// Sum of the legs, equal to the fee that was split.
    pub fn total(&self) -> Result<u64> {
        [self.vault, self.creator, self.protocol, self.referrer]
            .into_iter()
            .try_fold(self.reserve, u64::checked_add)
            .ok_or(CoreError::Overflow)
    }
}

impl TradeFees {
    /// Requires the base fee within 0.25 % to 5 %, a valid split and a referral within its bound.
    pub fn validate(&self) -> Result<()> {
        if !(TRADE_FEE_MIN_BPS..=TRADE_FEE_MAX_BPS).contains(&self.fee_bps) {
            return Err(CoreError::FeeOutOfBounds);
        }
        if self.referral_bps > REFERRAL_MAX_BPS {
            return Err(CoreError::SplitInvalid);
        }
        self.split.validate()
    }

    /// The whole fee's rate, in basis points of the gross quote amount.
    pub fn rate_bps(&self) -> Result<u16> {
        match self.fee_bps.checked_add(self.launch_bps) {
            Some(rate_bps) if rate_bps > 0 && u64::from(rate_bps) < BPS_DENOMINATOR => Ok(rate_bps),
            _ => Err(CoreError::FeeOutOfBounds),
        }
    }

    /// `ceil(gross * rate / 10_000)`. Rounds up, for the pool, so every non-zero trade pays at least one atom.
    pub fn fee_atoms(&self, gross_atoms: u64) -> Result<u64> {
        bps_ceil(gross_atoms, self.rate_bps()?)
    }

    /// Smallest gross amount that leaves at least `net_atoms` after the fee; it then leaves exactly that.
    /// `ceil(net * 10_000 / (10_000 - rate))`. Rounds up, for the pool.
    pub fn gross_for_net(&self, net_atoms: u64) -> Result<u64> {
        let kept_bps = BPS_DENOMINATOR.checked_sub(u64::from(self.rate_bps()?)).ok_or(CoreError::FeeOutOfBounds)?;
        crate::math::mul_div_ceil(net_atoms, BPS_DENOMINATOR, kept_bps)
    }

    /// Splits the fee of a trade of `gross_atoms`. The base fee is shared by [`Self::split_base`]. What the launch adds goes
    /// to the stakers, as much of it as the base fee gives stakers and creator together, and to the protocol: nothing of
    /// it enters the reserve, where it would be a gift that one small trade moves the price by, and nothing of it is the
    /// creator's or a referrer's, so a creator who stakes alone gets no more than of the base fee. Rounds down for the
    /// stakers.
    #[inline(always)]
    pub fn split_fee(&self, gross_atoms: u64, fee_atoms: u64, has_referrer: bool) -> Result<FeeLegs> {
        if self.launch_bps == 0 {
            return self.split_base(fee_atoms, has_referrer);
        }
        let base_atoms = bps_ceil(gross_atoms, self.fee_bps)?.min(fee_atoms);
        // arith-safety: the minimum above.
        let added_atoms = fee_atoms - base_atoms;
        let legs = self.split_base(base_atoms, has_referrer)?;
        let vault_bps = self.split.vault_bps.checked_add(self.split.creator_bps).ok_or(CoreError::SplitInvalid)?;
        let vault_added = bps_floor(added_atoms, vault_bps)?;
        let protocol_added = added_atoms.checked_sub(vault_added).ok_or(CoreError::SplitInvalid)?;
        Ok(FeeLegs {
            vault: legs.vault.checked_add(vault_added).ok_or(CoreError::Overflow)?,
            protocol: legs.protocol.checked_add(protocol_added).ok_or(CoreError::Overflow)?,
            ..legs
        })
    }

    /// Splits a base fee, or what is paid in like one. The protocol's leg rounds up, so that no trade is too small to lose
    /// it; vault, creator and referrer round down; the reserve takes the rest.
    #[inline(always)]
    pub fn split_base(&self, fee_atoms: u64, has_referrer: bool) -> Result<FeeLegs> {
        let protocol_gross = bps_ceil(fee_atoms, self.split.protocol_bps)?;
        let vault = bps_floor(fee_atoms, self.split.vault_bps)?;
        let creator = bps_floor(fee_atoms, self.split.creator_bps)?;
        let referrer = if has_referrer { bps_floor(protocol_gross, self.referral_bps)? } else { 0 };
        let protocol = protocol_gross.checked_sub(referrer).ok_or(CoreError::SplitInvalid)?;
        // The three never exceed the fee: only the protocol's rounds up, and the reserve has a tenth at least.
        let reserve = [protocol_gross, vault, creator]
            .into_iter()
            .try_fold(fee_atoms, u64::checked_sub)
            .ok_or(CoreError::SplitInvalid)?;
        Ok(FeeLegs { reserve, vault, creator, protocol, referrer })
    }

    /// The reserve's leg of the base fee, in parts per million of the trade. Rounds down: the smaller, safer figure.
    pub fn reserve_lost_ppm(&self) -> u32 {
        // arith-safety: two factors of 16 bits.
        u32::from(self.fee_bps) * u32::from(self.split.reserve_bps) / 100
    }

    /// The protocol leg net of referral, in parts per million of the trade. Rounds down. This much is lost even to a
    /// trader who is creator, only staker and referrer and who holds every token, hence owns the reserve.
    pub fn protocol_lost_ppm(&self) -> Result<u32> {
        let unreferred_bps =
            BPS_DENOMINATOR.checked_sub(u64::from(self.referral_bps)).ok_or(CoreError::SplitInvalid)?;
        // arith-safety: each factor is below 2^16, so the product is below 2^48. `10^6 * fee/10^4 * protocol/10^4 *
        // unreferred/10^4`.
        let lost = u64::from(self.fee_bps) * u64::from(self.split.protocol_bps) * unreferred_bps / 1_000_000;
        u32::try_from(lost).map_err(|_| CoreError::Overflow)
    }
}

/// How the fee of a finalised inference request is shared. The parts add up to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageFeeSplit {
    /// Part of the operator who answered.
    pub operator_bps: u16,
    /// Part streamed to the stakers.
    pub vault_bps: u16,
    /// Part of creator and contributors.
    pub creator_bps: u16,
    /// Part added to the curve's reserve.
    pub reserve_bps: u16,
    /// Part of the protocol.
    pub protocol_bps: u16,
}

/// 62 % operator, 11 % stakers, 7 % creator, 15 % reserve, 5 % protocol. The reserve's part is what carries the price of a
/// model in steady use.
pub const USAGE_FEE_SPLIT_DEFAULT: UsageFeeSplit =
    UsageFeeSplit { operator_bps: 6_200, vault_bps: 1_100, creator_bps: 700, reserve_bps: 1_500, protocol_bps: 500 };

/// What each recipient gets of one inference fee, in quote atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageFeeLegs {
    /// Paid to the operator.
    pub operator: u64,
    /// Streamed to the stakers.
    pub vault: u64,
    /// Accrued for creator and contributors.
    pub creator: u64,
    /// Added to the curve's reserve.
    pub reserve: u64,
    /// Accrued for the protocol.
    pub protocol: u64,
}

impl UsageFeeLegs {
    /// The protocol leg: what a requester who is also operator, creator and only staker cannot get back. The reserve
    /// leg is no loss to whoever holds most of the tokens when it reaches the price.
    pub const fn lost_atoms(&self) -> u64 {
        self.protocol
    }
}

impl UsageFeeSplit {
    /// Requires that the parts add up to 10,000, the operator's and the stakers' are at least their bounds and the
    /// reserve's at least the protocol's: growth that moves a premium adds to the backing as well.
    pub fn validate(&self) -> Result<()> {
        let parts = [self.operator_bps, self.vault_bps, self.creator_bps, self.reserve_bps, self.protocol_bps];
        require_whole(&parts)?;
        let minima_kept = self.operator_bps >= OPERATOR_PART_MIN_BPS && self.vault_bps >= VAULT_PART_MIN_BPS;
        if !minima_kept || self.reserve_bps < self.protocol_bps {
            return Err(CoreError::SplitInvalid);
        }
        Ok(())
    }

    /// Whether `next` gives less to somebody who relies on this split: stakers, creator and contributors, those who hold
    /// the token for its reserve, or the protocol, whose part moves the curve. Operators do not: each request keeps the
    /// split that it was created with, and they see it before they claim.
    pub const fn is_lowered_by(&self, next: &Self) -> bool {
        next.vault_bps < self.vault_bps
            || next.creator_bps < self.creator_bps
            || next.reserve_bps < self.reserve_bps
            || next.protocol_bps < self.protocol_bps
    }

    /// From when `next` may replace this split if it is named now, unix seconds; none if at once.
    pub fn replaceable_at_seconds(&self, next: &Self, now_seconds: i64) -> Result<Option<i64>> {
        self.is_lowered_by(next).then(|| window::end_seconds(now_seconds, SPLIT_TIMELOCK_SECONDS)).transpose()
    }

    /// Splits an inference fee. All other parts round down; the remainder goes to the operator.
    pub fn split(&self, fee_atoms: u64) -> Result<UsageFeeLegs> {
        let vault = bps_floor(fee_atoms, self.vault_bps)?;
        let creator = bps_floor(fee_atoms, self.creator_bps)?;
        let reserve = bps_floor(fee_atoms, self.reserve_bps)?;
        let protocol = bps_floor(fee_atoms, self.protocol_bps)?;
        let operator = [vault, creator, reserve, protocol]
            .into_iter()
            .try_fold(fee_atoms, u64::checked_sub)
            .ok_or(CoreError::SplitInvalid)?;
        Ok(UsageFeeLegs { operator, vault, creator, reserve, protocol })
    }
}

fn require_whole(parts_bps: &[u16]) -> Result<()> {
    let total: u64 = parts_bps.iter().map(|part| u64::from(*part)).sum();
    if total == BPS_DENOMINATOR { Ok(()) } else { Err(CoreError::SplitInvalid) }
}
