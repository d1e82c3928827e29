use anchor_lang::prelude::*;

use super::settle::{change_every_share, require_first_pool};
use crate::{
    errors::{VaultError, ensure},
    events::{self, UnstakeStarted},
    state::{Position, RevenuePool, Vault},
};

/// How much to unstake.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct UnstakeArgs {
    /// Token atoms to unstake, more than zero.
    pub token_atoms: u64,
}

/// Starts the cooldown of staked tokens. They earn nothing from now on. The cooldown restarts for everything the
/// position has cooling already. Refused while a vote that the position took part in runs.
#[event_cpi]
#[derive(Accounts)]
pub struct Unstake<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault to leave.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// The vault's first pool; the position's shares, each followed by its pool, are remaining accounts.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
}

impl<'info> Unstake<'info> {
    /// Settles every pool, then starts the cooldown.
    pub fn handle(&mut self, shares: &'info [AccountInfo<'info>], args: UnstakeArgs, now_seconds: i64) -> Result<()> {
        ensure(args.token_atoms > 0, VaultError::AmountZero)?;
        let event = self.apply(shares, args.token_atoms, now_seconds)?;
        events::emit_fixed(&self.event_authority, &event)
    }

    fn apply(&self, shares: &'info [AccountInfo<'info>], token_atoms: u64, now_seconds: i64) -> Result<UnstakeStarted> {
        let (vault_key, position_key) = (self.vault.as_ref().key, self.position.as_ref().key);
        let (mut vault, mut position) = (self.vault.load_mut()?, self.position.load_mut()?);
        position.require_of(self.owner.key, vault_key)?;
        let (position_before, vault_before) = (position.staked_atoms, vault.staked_atoms);
        ensure(token_atoms <= position_before, VaultError::StakeTooSmall)?;
        {
            let mut pool = self.pool.load_mut()?;
            require_first_pool(&pool, vault_key)?;
            pool.settle(&mut position.earnings, position_before, now_seconds)?;
            pool.unstake(token_atoms)?;
        }
        change_every_share(shares, position_key, &position, now_seconds, |pool| pool.unstake(token_atoms))?;
        position.unstake(token_atoms, vault.cooldown_seconds, now_seconds)?;
        vault.unstake(token_atoms)?;
        Ok(UnstakeStarted {
            vault: *vault_key,
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
