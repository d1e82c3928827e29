use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::VaultError,
    events::{self, RevenueDeposited},
    state::{RevenuePool, Vault},
};

/// How much to deposit.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RevenueDepositArgs {
    /// Revenue atoms to deposit, more than zero.
    pub revenue_atoms: u64,
}

/// Adds revenue to a pool, to be streamed to the stakers. The exchange and the oracle call this by CPI.
#[event_cpi]
#[derive(Accounts)]
pub struct RevenueDeposit<'info> {
    /// Owner of the tokens.
    pub depositor: Signer<'info>,
    /// CHECK: the token program lets only its owner or delegate sign a transfer, and only into the same mint.
    #[account(mut)]
    pub depositor_tokens: UncheckedAccount<'info>,
    /// The vault whose stakers earn this.
    pub vault: AccountLoader<'info, Vault>,
    /// The vault's pool for the mint.
    #[account(mut, has_one = vault @ VaultError::PoolOfAnotherVault)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool.
    #[account(mut, address = pool.load()?.tokens @ VaultError::TokenAccountMismatch)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// Token program of the revenue mint.
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> RevenueDeposit<'info> {
    /// Records the revenue, then moves it in.
    pub fn handle(&mut self, args: RevenueDepositArgs, now_seconds: i64) -> Result<()> {
        let event = self.apply(args.revenue_atoms, now_seconds)?;
        token::transfer(
            &self.token_program,
            &self.depositor_tokens,
            &self.pool_tokens,
            &self.depositor,
            args.revenue_atoms,
            &[],
        )?;
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, revenue_atoms: u64, now_seconds: i64) -> Result<RevenueDeposited> {
        let vault = self.vault.load()?;
        let mut pool = self.pool.load_mut()?;
        let unstreamed_before = pool.unstreamed_atoms;
        pool.deposit(revenue_atoms, now_seconds, vault.staked_atoms, vault.stream_seconds)?;
        Ok(RevenueDeposited {
            vault: pool.vault,
            pool: self.pool.key(),
            revenue_mint: pool.revenue_mint,
            depositor: self.depositor.key(),
            revenue_atoms,
            unstreamed_atoms_before: unstreamed_before,
            unstreamed_atoms_after: pool.unstreamed_atoms,
            deposited_atoms_after: pool.deposited_atoms,
            remaining_seconds: pool.remaining_seconds,
        })
    }
}
