//! Shares of contributors in what a model earns for its creator. The creator keeps what the shares leave.

use crate::bps::{BPS_DENOMINATOR, bps_floor};
use crate::{CoreError, Result};

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
