use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    errors::VaultError,
    events::{self, PoolUnsubscribed},
    state::{Position, RevenuePool, Share},
};

/// Closes a position's share of a pool. Refused while anything is due from it: claim first, in the same transaction.
#[event_cpi]
#[derive(Accounts)]
pub struct PoolUnsubscribe<'info> {
    /// Owner of the position; gets the rent back.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The owner's position.
    #[account(mut, has_one = owner @ VaultError::NotPositionOwner)]
    pub position: AccountLoader<'info, Position>,
    /// The pool to earn from no more.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// The share to close.
    #[account(
        mut,
        has_one = position @ VaultError::ShareOfAnotherPosition,
        has_one = pool @ VaultError::ShareOfAnotherPosition,
    )]
    pub share: AccountLoader<'info, Share>,
}

impl<'info> PoolUnsubscribe<'info> {
    /// Takes the position's stake off what earns from the pool.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let (mut position, mut pool) = (self.position.load_mut()?, self.pool.load_mut()?);
            let mut share = self.share.load_mut()?;
            let pool_staked_atoms_before = pool.staked_atoms;
            pool.unsubscribe(&mut share.earnings, position.staked_atoms, now_seconds)?;
            position.free_place(&share);
            PoolUnsubscribed {
                vault: pool.vault,
                pool: self.pool.key(),
                owner: position.owner,
                pool_staked_atoms_before,
                pool_staked_atoms_after: pool.staked_atoms,
            }
        };
        account::close(self.share.as_ref(), &self.owner)?;
        events::emit(&self.event_authority, &event)
    }
}
