//! What the exchange knows of the vault program: one account field. It pays by `programs/kit`'s deposit.

use anchor_lang::prelude::*;
use modchains_program_kit::account::read_foreign;

use crate::errors::{ExchangeError, ensure};

/// The vault program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::VAULT);
/// First eight bytes of SHA-256 of `account:Vault`.
pub const VAULT_DISCRIMINATOR: [u8; 8] = [211, 8, 232, 43, 2, 152, 117, 119];

/// Refuses `vault` unless it is the vault of `model`. A model has one vault, so its pools can only be the model's.
pub fn require_vault_of(vault: &AccountInfo, model: &Pubkey) -> Result<()> {
    let data = read_foreign(vault, &ID, &VAULT_DISCRIMINATOR)?;
    ensure(data.get(..32) == Some(model.as_ref()), ExchangeError::VaultMismatch)?;
    Ok(())
}
