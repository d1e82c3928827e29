use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, RevenueClaimed},
    state::{Position, RevenuePool, Share},
};

/// Pays out what a position has earned from one pool. The other pools are left alone.
#[event_cpi]
#[derive(Accounts)]
pub struct RevenueClaim<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// The pool to claim from.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: the pool's own, by its stored key.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must be a token account of the owner, see `handle`.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the pool's tokens.
    pub token_program: UncheckedAccount<'info>,
    /// The position's share of the pool; none for the vault's first.
    #[account(mut)]
    pub share: Option<AccountLoader<'info, Share>>,
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
            &[&RevenuePool::signer_seeds(&event.vault, &event.revenue_mint, &bump)],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }

    fn apply(&self, now_seconds: i64) -> Result<([u8; 1], RevenueClaimed)> {
        let (mut position, mut pool) = (self.position.load_mut()?, self.pool.load_mut()?);
        position.require_of(self.owner.key, &pool.vault)?;
        ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
        let (claimed_before, staked_atoms) = (pool.claimed_atoms, position.staked_atoms);
        let revenue_atoms = match &self.share {
            None => {
                ensure(pool.is_first == 1, VaultError::PoolIsNotFirst)?;
                pool.claim(&mut position.earnings, staked_atoms, now_seconds)?
            }
            Some(share) => {
                let mut share = share.load_mut()?;
                share.require_of(self.position.as_ref().key, self.pool.as_ref().key)?;
                pool.claim(&mut share.earnings, staked_atoms, now_seconds)?
            }
        };
        let event = RevenueClaimed {
            vault: pool.vault,
            pool: self.pool.key(),
            revenue_mint: pool.revenue_mint,
            owner: position.owner,
            revenue_atoms,
            claimed_atoms_before: claimed_before,
            claimed_atoms_after: pool.claimed_atoms,
        };
        Ok(([pool.bump], event))
    }
}
