use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use super::revenue_deposit::take_in;
use crate::{
    errors::{VaultError, ensure},
    events,
    state::{RevenuePool, Vault},
};

/// Deposits model tokens that were sent to the vault's token account directly into the vault's pool for the model's own
/// token, which anybody may open. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct StakeSweep<'info> {
    /// The vault whose stakers earn this.
    pub vault: AccountLoader<'info, Vault>,
    /// CHECK: the vault's own, by its stored key.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// The vault's pool for the model's token.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: the pool's own, by its stored key; the token program refuses one of another mint.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the vault's tokens, which are Token-2022's.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> StakeSweep<'info> {
    /// Moves what the account holds beyond what is staked and cooling.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (model, bump, event) = {
            let (vault, mut pool) = (self.vault.load()?, self.pool.load_mut()?);
            ensure(same(&vault.stake_tokens, self.stake_tokens.key), VaultError::TokenAccountMismatch)?;
            ensure(same(&pool.vault, self.vault.as_ref().key), VaultError::PoolOfAnotherVault)?;
            ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
            let surplus_atoms = token::balance_atoms(&self.stake_tokens)?.checked_sub(vault.held_atoms()?);
            let surplus_atoms = surplus_atoms.ok_or(VaultError::StakeNotConserved)?;
            ensure(surplus_atoms > 0, VaultError::NothingToSweep)?;
            let event = take_in(&vault, &mut pool, self.pool.key(), Pubkey::default(), surplus_atoms, now_seconds)?;
            (vault.model, [vault.bump], event)
        };
        token::transfer(
            &self.token_program,
            &self.stake_tokens,
            &self.pool_tokens,
            self.vault.as_ref(),
            event.revenue_atoms,
            &[&Vault::signer_seeds(&model, &bump)],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
