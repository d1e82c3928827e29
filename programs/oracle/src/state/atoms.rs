use anchor_lang::prelude::*;

use crate::errors::OracleError;

/// More of an amount. Fails with `AmountTooLarge`.
pub(super) fn add(atoms: u64, more: u64) -> Result<u64> {
    Ok(atoms.checked_add(more).ok_or(OracleError::AmountTooLarge)?)
}

/// Less of an amount that must be there.
pub(super) fn take(atoms: u64, part: u64) -> Result<u64> {
    Ok(atoms.checked_sub(part).ok_or(OracleError::StateInconsistent)?)
}
