use anchor_lang::prelude::*;

use crate::{
    errors::{VaultError, ensure},
    events::{self, PoolSubscribed},
    seeds,
    state::{Position, RevenuePool, Share},
};

/// Opens a position's share of a pool: its stake earns from that pool too, from now on.
#[event_cpi]
#[derive(Accounts)]
pub struct PoolSubscribe<'info> {
    /// Owner of the position; pays the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The owner's position.
    #[account(mut, has_one = owner @ VaultError::NotPositionOwner)]
    pub position: AccountLoader<'info, Position>,
    /// The pool to earn from.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// The share to open.
    #[account(
        init, payer = owner, space = 8 + size_of::<Share>(),
        seeds = [seeds::SHARE, position.key().as_ref(), pool.key().as_ref()], bump,
    )]
    pub share: AccountLoader<'info, Share>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl<'info> PoolSubscribe<'info> {
    /// Adds the position's stake to what earns from the pool.
    pub fn handle(&mut self, bump: u8, now_seconds: i64) -> Result<()> {
        let event = {
            let (mut position, mut pool) = (self.position.load_mut()?, self.pool.load_mut()?);
            ensure(pool.vault == position.vault, VaultError::PoolOfAnotherVault)?;
            let pool_staked_atoms_before = pool.staked_atoms;
            let earnings = pool.subscribe(position.staked_atoms, now_seconds)?;
            let place = position.take_place()?;
            self.share.load_init()?.open(self.position.key(), self.pool.key(), earnings, place, bump);
            PoolSubscribed {
                vault: pool.vault,
                pool: self.pool.key(),
                owner: position.owner,
                pool_staked_atoms_before,
                pool_staked_atoms_after: pool.staked_atoms,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
