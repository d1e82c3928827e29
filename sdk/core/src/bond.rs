//! Bonds of operators.

use crate::{CoreError, Result, bps::BPS_DENOMINATOR, math::mul_div_ceil};

/// Bond that a result needs: `max(min_bond, ceil(bond_multiple * fee), value_at_risk)`, in atoms.
/// `bond_multiple_bps` may exceed 10,000. Rounds up, for whoever would be paid from the bond.
pub fn required_bond(
    min_bond_atoms: u64,
    bond_multiple_bps: u32,
    fee_atoms: u64,
    value_at_risk_atoms: u64,
) -> Result<u64> {
    let multiple = mul_div_ceil(fee_atoms, u64::from(bond_multiple_bps), BPS_DENOMINATOR)?;
    Ok(min_bond_atoms.max(multiple).max(value_at_risk_atoms))
}

/// A forfeited bond in two halves: for the winner and for the model's vault. The odd atom goes to the vault.
pub fn split_forfeit(bond_atoms: u64) -> Result<(u64, u64)> {
    let winner = bond_atoms / 2;
    Ok((winner, bond_atoms.checked_sub(winner).ok_or(CoreError::Overflow)?))
}
