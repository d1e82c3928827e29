use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use modchains_program_kit::token;

use crate::{
    errors::VaultError,
    events::{self, Unstaked},
    seeds,
    state::{Position, Vault},
};

/// Pays out everything a position had cooling.
#[event_cpi]
#[derive(Accounts)]
pub struct UnstakeWithdraw<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault to withdraw from.
    #[account(mut, has_one = stake_tokens @ VaultError::TokenAccountMismatch)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(
        mut,
        has_one = owner @ VaultError::NotPositionOwner,
        has_one = vault @ VaultError::PositionOfAnotherVault,
    )]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: must be a token account of the owner, see `handle`.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: named by the vault.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// Token program of the model's token.
    pub token_program: Program<'info, Token2022>,
}

impl<'info> UnstakeWithdraw<'info> {
    /// Takes the tokens off the vault's count, then pays them.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (model, mint, bump, event) = {
            let mut vault = self.vault.load_mut()?;
            let vault_before = vault.cooling_atoms;
            let token_atoms = self.position.load_mut()?.withdraw(now_seconds)?;
            vault.withdraw(token_atoms)?;
            let event = Unstaked {
                vault: self.vault.key(),
                owner: self.owner.key(),
                token_atoms,
                vault_cooling_atoms_before: vault_before,
                vault_cooling_atoms_after: vault.cooling_atoms,
            };
            (vault.model, vault.mint, vault.bump, event)
        };
        token::require_token_account(&self.owner_tokens, &mint, self.owner.key)?;
        token::transfer(
            &self.token_program,
            &self.stake_tokens,
            &self.owner_tokens,
            self.vault.as_ref(),
            event.token_atoms,
            &[&[seeds::VAULT, model.as_ref(), &[bump]]],
        )?;
        events::emit(&self.event_authority, &event)
    }
}
