use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::VaultError,
    events::{self, RevenueClaimed},
    seeds,
    state::{Position, RevenuePool, Vault},
};

/// Pays out what a position has earned from one pool. The other pools are left alone.
#[event_cpi]
#[derive(Accounts)]
pub struct RevenueClaim<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault the position is in.
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(
        mut,
        has_one = owner @ VaultError::NotPositionOwner,
        has_one = vault @ VaultError::PositionOfAnotherVault,
    )]
    pub position: AccountLoader<'info, Position>,
    /// The pool to claim from.
    #[account(mut, has_one = vault @ VaultError::PoolOfAnotherVault)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool.
    #[account(mut, address = pool.load()?.tokens @ VaultError::TokenAccountMismatch)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must be a token account of the owner, see `handle`.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// Token program of the revenue mint.
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> RevenueClaim<'info> {
    /// Settles the position with this pool, then pays everything settled.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (bump, event) = self.apply(now_seconds)?;
        token::require_token_account(&self.owner_tokens, &event.revenue_mint, self.owner.key)?;
        token::transfer(
            &self.token_program,
            &self.pool_tokens,
            &self.owner_tokens,
            self.pool.as_ref(),
            event.revenue_atoms,
            &[&[seeds::POOL, event.vault.as_ref(), event.revenue_mint.as_ref(), &[bump]]],
        )?;
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, now_seconds: i64) -> Result<(u8, RevenueClaimed)> {
        let mut position = self.position.load_mut()?;
        let mut pool = self.pool.load_mut()?;
        let claimed_before = pool.claimed_atoms;
        pool.settle(&mut position, now_seconds, self.vault.load()?.staked_atoms)?;
        let revenue_atoms = position.claim(pool.index)?;
        pool.claim(revenue_atoms)?;
        let event = RevenueClaimed {
            vault: pool.vault,
            pool: self.pool.key(),
            revenue_mint: pool.revenue_mint,
            owner: position.owner,
            revenue_atoms,
            claimed_atoms_before: claimed_before,
            claimed_atoms_after: pool.claimed_atoms,
        };
        Ok((pool.bump, event))
    }
}
