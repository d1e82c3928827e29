//! What the exchange knows of the vault program: one account field and one instruction.

use anchor_lang::{
    prelude::*,
    solana_program::{instruction::Instruction, program::invoke_signed},
};
use modchains_program_kit::account::read_foreign;

use crate::errors::{ExchangeError, ensure};

/// The vault program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::VAULT);
/// First eight bytes of SHA-256 of `account:Vault`.
pub const VAULT_DISCRIMINATOR: [u8; 8] = [211, 8, 232, 43, 2, 152, 117, 119];
/// First eight bytes of SHA-256 of `global:revenue_deposit`.
pub const REVENUE_DEPOSIT_DISCRIMINATOR: [u8; 8] = [78, 97, 121, 61, 33, 169, 118, 99];

/// Refuses `vault` unless it is the vault of `model`. A model has one vault, so its pools can only be the model's.
pub fn require_vault_of(vault: &AccountInfo, model: &Pubkey) -> Result<()> {
    let data = read_foreign(vault, &ID, &VAULT_DISCRIMINATOR)?;
    ensure(data.get(..32) == Some(model.as_ref()), ExchangeError::VaultMismatch)?;
    Ok(())
}

/// `revenue_deposit` of the vault program, accounts in its order.
pub struct RevenueDeposit<'a, 'info> {
    /// Owner of the tokens; signs.
    pub depositor: &'a AccountInfo<'info>,
    /// Where the tokens come from.
    pub depositor_tokens: &'a AccountInfo<'info>,
    /// The vault.
    pub vault: &'a AccountInfo<'info>,
    /// Its pool of this mint.
    pub pool: &'a AccountInfo<'info>,
    /// The pool's tokens.
    pub pool_tokens: &'a AccountInfo<'info>,
    /// The mint's token program.
    pub token_program: &'a AccountInfo<'info>,
    /// The vault program's event authority.
    pub event_authority: &'a AccountInfo<'info>,
    /// The vault program.
    pub program: &'a AccountInfo<'info>,
}

impl RevenueDeposit<'_, '_> {
    /// Deposits `atoms`, signed by the depositor's address with `signer_seeds`.
    pub fn invoke(&self, atoms: u64, signer_seeds: &[&[u8]]) -> Result<()> {
        let mut data = REVENUE_DEPOSIT_DISCRIMINATOR.to_vec();
        data.extend_from_slice(&atoms.to_le_bytes());
        let accounts = vec![
            AccountMeta::new_readonly(*self.depositor.key, true),
            AccountMeta::new(*self.depositor_tokens.key, false),
            AccountMeta::new_readonly(*self.vault.key, false),
            AccountMeta::new(*self.pool.key, false),
            AccountMeta::new(*self.pool_tokens.key, false),
            AccountMeta::new_readonly(*self.token_program.key, false),
            AccountMeta::new_readonly(*self.event_authority.key, false),
            AccountMeta::new_readonly(*self.program.key, false),
        ];
        let infos = [
            self.depositor.clone(),
            self.depositor_tokens.clone(),
            self.vault.clone(),
            self.pool.clone(),
            self.pool_tokens.clone(),
            self.token_program.clone(),
            self.event_authority.clone(),
            self.program.clone(),
        ];
        invoke_signed(&Instruction { program_id: ID, accounts, data }, &infos, &[signer_seeds])?;
        Ok(())
    }
}
