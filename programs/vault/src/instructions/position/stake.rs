use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use super::settle::{change_every_share, require_first_pool};
use crate::{
    errors::{VaultError, ensure},
    events::{self, Staked},
    state::{Position, RevenuePool, Vault},
};

/// How much to stake, and in what.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct StakeArgs {
    /// Token atoms to stake, more than zero.
    pub token_atoms: u64,
    /// `Vault::rules_counter` when the staker looked at the vault: its times and its treasury's share are still those.
    pub rules_counter: u64,
}

/// Stakes model tokens. They earn from the next second on. Refused once the vault is another than the one looked at.
#[event_cpi]
#[derive(Accounts)]
pub struct Stake<'info> {
    /// Owner of the position and of the tokens.
    pub owner: Signer<'info>,
    /// The vault to stake in.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: the token program lets only its owner or delegate sign a transfer, and only into the same mint.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: the vault's own, by its stored key.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// The vault's first pool; the position's shares, each followed by its pool, are remaining accounts.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: must own the vault's tokens, which are Token-2022's.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> Stake<'info> {
    /// Settles every pool, then moves the tokens in.
    pub fn handle(&mut self, shares: &'info [AccountInfo<'info>], args: StakeArgs, now_seconds: i64) -> Result<()> {
        ensure(args.token_atoms > 0, VaultError::AmountZero)?;
        let event = self.apply(shares, args, now_seconds)?;
        token::transfer(
            &self.token_program,
            &self.owner_tokens,
            &self.stake_tokens,
            &self.owner,
            args.token_atoms,
            &[],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }

    fn apply(&self, shares: &'info [AccountInfo<'info>], args: StakeArgs, now_seconds: i64) -> Result<Staked> {
        let StakeArgs { token_atoms, rules_counter } = args;
        let (vault_key, position_key) = (self.vault.as_ref().key, self.position.as_ref().key);
        let (mut vault, mut position) = (self.vault.load_mut()?, self.position.load_mut()?);
        ensure(same(&vault.stake_tokens, self.stake_tokens.key), VaultError::TokenAccountMismatch)?;
        position.require_of(self.owner.key, vault_key)?;
        ensure(vault.rules_counter == rules_counter, VaultError::VaultChanged)?;
        {
            let mut pool = self.pool.load_mut()?;
            require_first_pool(&pool, vault_key)?;
            let staked_atoms = position.staked_atoms;
            pool.settle(&mut position.earnings, staked_atoms, now_seconds)?;
            pool.stake(token_atoms)?;
        }
        change_every_share(shares, position_key, &position, now_seconds, |pool| pool.stake(token_atoms))?;
        let (position_before, vault_before) = (position.staked_atoms, vault.staked_atoms);
        position.stake(token_atoms, now_seconds)?;
        vault.stake(token_atoms)?;
        Ok(Staked {
            vault: *vault_key,
            owner: position.owner,
            token_atoms,
            position_staked_atoms_before: position_before,
            position_staked_atoms_after: position.staked_atoms,
            vault_staked_atoms_before: vault_before,
            vault_staked_atoms_after: vault.staked_atoms,
        })
    }
}
