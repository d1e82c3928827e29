use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use modchains_program_kit::token;

use super::settle::settle_every_pool;
use crate::{
    errors::{VaultError, ensure},
    events::{self, Staked},
    state::{Position, RevenuePool, Vault},
};

/// How much to stake.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct StakeArgs {
    /// Token atoms to stake, more than zero.
    pub token_atoms: u64,
}

/// Stakes model tokens. They earn from the next second on.
#[event_cpi]
#[derive(Accounts)]
pub struct Stake<'info> {
    /// Owner of the position and of the tokens.
    pub owner: Signer<'info>,
    /// The vault to stake in.
    #[account(mut, has_one = stake_tokens @ VaultError::TokenAccountMismatch)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(
        mut,
        has_one = owner @ VaultError::NotPositionOwner,
        has_one = vault @ VaultError::PositionOfAnotherVault,
    )]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: the token program lets only its owner or delegate sign a transfer, and only into the same mint.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: named by the vault.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// The vault's first pool; further ones are remaining accounts.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// Token program of the model's token.
    pub token_program: Program<'info, Token2022>,
}

impl<'info> Stake<'info> {
    /// Settles every pool, then moves the tokens in.
    pub fn handle(&mut self, more_pools: &'info [AccountInfo<'info>], args: StakeArgs, now_seconds: i64) -> Result<()> {
        ensure(args.token_atoms > 0, VaultError::AmountZero)?;
        let event = self.apply(more_pools, args.token_atoms, now_seconds)?;
        token::transfer(
            &self.token_program,
            &self.owner_tokens,
            &self.stake_tokens,
            &self.owner,
            args.token_atoms,
            &[],
        )?;
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, more_pools: &'info [AccountInfo<'info>], token_atoms: u64, now_seconds: i64) -> Result<Staked> {
        let vault_key = self.vault.key();
        let mut vault = self.vault.load_mut()?;
        let mut position = self.position.load_mut()?;
        settle_every_pool(&self.pool, more_pools, &vault_key, &vault, &mut position, now_seconds)?;
        let (position_before, vault_before) = (position.staked_atoms, vault.staked_atoms);
        position.stake(token_atoms)?;
        vault.stake(token_atoms)?;
        Ok(Staked {
            vault: vault_key,
            owner: position.owner,
            token_atoms,
            position_staked_atoms_before: position_before,
            position_staked_atoms_after: position.staked_atoms,
            vault_staked_atoms_before: vault_before,
            vault_staked_atoms_after: vault.staked_atoms,
        })
    }
}
