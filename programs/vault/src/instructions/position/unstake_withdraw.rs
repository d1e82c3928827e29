use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, Unstaked},
    state::{Position, Vault},
};

/// Pays out everything a position had cooling.
#[event_cpi]
#[derive(Accounts)]
pub struct UnstakeWithdraw<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault to withdraw from.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: must be a token account of the owner, see `handle`.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: the vault's own, by its stored key.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the vault's tokens, which are Token-2022's.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> UnstakeWithdraw<'info> {
    /// Takes the tokens off the vault's count, then pays them.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (model, mint, bump, event) = {
            let (mut vault, mut position) = (self.vault.load_mut()?, self.position.load_mut()?);
            ensure(same(&vault.stake_tokens, self.stake_tokens.key), VaultError::TokenAccountMismatch)?;
            position.require_of(self.owner.key, self.vault.as_ref().key)?;
            let vault_before = vault.cooling_atoms;
            let token_atoms = position.withdraw(now_seconds)?;
            vault.withdraw(token_atoms)?;
            let event = Unstaked {
                vault: self.vault.key(),
                owner: self.owner.key(),
                token_atoms,
                vault_cooling_atoms_before: vault_before,
                vault_cooling_atoms_after: vault.cooling_atoms,
            };
            (vault.model, vault.mint, [vault.bump], event)
        };
        token::require_token_account(&self.owner_tokens, &mint, self.owner.key)?;
        token::transfer(
            &self.token_program,
            &self.stake_tokens,
            &self.owner_tokens,
            self.vault.as_ref(),
            event.token_atoms,
            &[&Vault::signer_seeds(&model, &bump)],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
