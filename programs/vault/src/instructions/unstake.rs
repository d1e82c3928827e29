use anchor_lang::prelude::*;

use super::settle::settle_every_pool;
use crate::{
    errors::{VaultError, ensure},
    events::{self, UnstakeStarted},
    state::{Position, RevenuePool, Vault},
};

/// How much to unstake.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnstakeArgs {
    /// Token atoms to unstake, more than zero.
    pub token_atoms: u64,
}

/// Starts the cooldown of staked tokens. They earn nothing from now on. The cooldown restarts for everything the
/// position has cooling already.
#[event_cpi]
#[derive(Accounts)]
pub struct Unstake<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault to leave.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(
        mut,
        has_one = owner @ VaultError::NotPositionOwner,
        has_one = vault @ VaultError::PositionOfAnotherVault,
    )]
    pub position: AccountLoader<'info, Position>,
    /// The vault's first pool; further ones are remaining accounts.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
}

impl<'info> Unstake<'info> {
    /// Settles every pool, then starts the cooldown.
    pub fn handle(
        &mut self,
        more_pools: &'info [AccountInfo<'info>],
        args: UnstakeArgs,
        now_seconds: i64,
    ) -> Result<()> {
        ensure(args.token_atoms > 0, VaultError::AmountZero)?;
        let event = self.apply(more_pools, args.token_atoms, now_seconds)?;
        events::emit(&self.event_authority, &event)
    }

    fn apply(
        &self,
        more_pools: &'info [AccountInfo<'info>],
        token_atoms: u64,
        now_seconds: i64,
    ) -> Result<UnstakeStarted> {
        let vault_key = self.vault.key();
        let mut vault = self.vault.load_mut()?;
        let mut position = self.position.load_mut()?;
        settle_every_pool(&self.pool, more_pools, &vault_key, &vault, &mut position, now_seconds)?;
        let (position_before, vault_before) = (position.staked_atoms, vault.staked_atoms);
        position.unstake(token_atoms, vault.cooldown_seconds, now_seconds)?;
        vault.unstake(token_atoms)?;
        Ok(UnstakeStarted {
            vault: vault_key,
            owner: position.owner,
            token_atoms,
            position_staked_atoms_before: position_before,
            position_staked_atoms_after: position.staked_atoms,
            position_cooling_atoms_after: position.cooling_atoms,
            vault_staked_atoms_before: vault_before,
            vault_staked_atoms_after: vault.staked_atoms,
            cooling_until_seconds: position.cooling_until_seconds,
        })
    }
}
