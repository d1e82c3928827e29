//! Shares of contributors in what a model earns for its creator. The creator keeps what the shares leave.

use crate::{
    CoreError, Result,
    bps::{BPS_DENOMINATOR, bps_floor},
};

/// Most contributors at one time.
pub const SHARES_MAX: usize = 16;

/// Requires at most [`SHARES_MAX`] shares, each above zero, that add up to at most the whole. None at all is valid.
pub fn validate_shares(shares_bps: &[u16]) -> Result<()> {
    let total_bps: u64 = shares_bps.iter().take(SHARES_MAX).map(|bps| u64::from(*bps)).sum();
    let valid = shares_bps.len() <= SHARES_MAX && !shares_bps.contains(&0) && total_bps <= BPS_DENOMINATOR;
    if valid { Ok(()) } else { Err(CoreError::SharesInvalid) }
}

/// `floor(total * bps / 10_000)`: one contributor's part. Rounds down: the remainder stays with the creator.
pub fn share_atoms(total_atoms: u64, share_bps: u16) -> Result<u64> {
    bps_floor(total_atoms, share_bps)
}

/// Atoms on their way to contributors and creator: each contributor in turn is credited a part, and what the parts leave
/// is the creator's, so that owed and paid add up to what came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distribution {
    total_atoms: u64,
    left_atoms: u64,
}

impl Distribution {
    /// Shares `total_atoms` out.
    pub const fn of(total_atoms: u64) -> Self {
        Self { total_atoms, left_atoms: total_atoms }
    }

    /// What a contributor with `share_bps` and a debt of `owed_atoms` is owed with this part. Fails with `SharesInvalid`
    /// when the parts are more than there is.
    pub fn credit(&mut self, share_bps: u16, owed_atoms: u64) -> Result<u64> {
        let part_atoms = share_atoms(self.total_atoms, share_bps)?;
        self.left_atoms = self.left_atoms.checked_sub(part_atoms).ok_or(CoreError::SharesInvalid)?;
        owed_atoms.checked_add(part_atoms).ok_or(CoreError::Overflow)
    }

    /// What the creator is owed with the rest.
    pub fn credit_creator(self, owed_atoms: u64) -> Result<u64> {
        owed_atoms.checked_add(self.left_atoms).ok_or(CoreError::Overflow)
    }
}

/// A contributor's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Whether it is the beneficiary's.
    pub is_beneficiary: bool,
    /// Part of all that comes in, in basis points.
    pub bps: u16,
    /// Owed, in atoms.
    pub owed_atoms: u64,
}

/// What a beneficiary is owed once `accrued_atoms` more are shared out over `shares`, in atoms: a contributor's debt and,
/// for the creator, who is given by `creator_owed_atoms`, the creator's.
pub fn owed_atoms(
    accrued_atoms: u64,
    shares: impl Iterator<Item = Share>,
    creator_owed_atoms: Option<u64>,
) -> Result<u64> {
    let mut distribution = Distribution::of(accrued_atoms);
    let mut total_atoms = 0_u64;
    for share in shares {
        let owed_atoms = distribution.credit(share.bps, share.owed_atoms)?;
        if share.is_beneficiary {
            total_atoms = total_atoms.checked_add(owed_atoms).ok_or(CoreError::Overflow)?;
        }
    }
    let Some(owed_atoms) = creator_owed_atoms else { return Ok(total_atoms) };
    total_atoms.checked_add(distribution.credit_creator(owed_atoms)?).ok_or(CoreError::Overflow)
}
