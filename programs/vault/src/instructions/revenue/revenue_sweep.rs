use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use super::revenue_deposit::take_in;
use crate::{
    errors::{VaultError, ensure},
    events,
    state::{RevenuePool, Vault},
};

/// Deposits what was sent to a pool's token account directly. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct RevenueSweep<'info> {
    /// The vault whose stakers earn this.
    pub vault: AccountLoader<'info, Vault>,
    /// Its pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: the pool's own, by its stored key.
    pub pool_tokens: UncheckedAccount<'info>,
}

impl<'info> RevenueSweep<'info> {
    /// Counts what the account holds beyond what the pool accounts for.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let (vault, mut pool) = (self.vault.load()?, self.pool.load_mut()?);
            ensure(same(&pool.vault, self.vault.as_ref().key), VaultError::PoolOfAnotherVault)?;
            ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
            let surplus_atoms = token::balance_atoms(&self.pool_tokens)?.checked_sub(pool.held_atoms()?);
            let surplus_atoms = surplus_atoms.ok_or(VaultError::RevenueNotConserved)?;
            ensure(surplus_atoms > 0, VaultError::NothingToSweep)?;
            take_in(&vault, &mut pool, self.pool.key(), Pubkey::default(), surplus_atoms, now_seconds)?
        };
        events::emit_fixed(&self.event_authority, &event)
    }
}
