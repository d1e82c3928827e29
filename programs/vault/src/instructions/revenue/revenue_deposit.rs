use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, RevenueDeposited},
    state::{RevenuePool, Vault},
};

/// How much to deposit.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct RevenueDepositArgs {
    /// Revenue atoms to deposit, more than zero.
    pub revenue_atoms: u64,
}

/// Adds revenue to a pool: the treasury's part to the treasury, the rest to the stream. The exchange and the oracle call
/// this by CPI.
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
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: the pool's own, by its stored key.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the pool's tokens.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> RevenueDeposit<'info> {
    /// Records the revenue, then moves it in.
    pub fn handle(&mut self, args: RevenueDepositArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let (vault, mut pool) = (self.vault.load()?, self.pool.load_mut()?);
            ensure(same(&pool.vault, self.vault.as_ref().key), VaultError::PoolOfAnotherVault)?;
            ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
            take_in(&vault, &mut pool, self.pool.key(), self.depositor.key(), args.revenue_atoms, now_seconds)?
        };
        token::transfer(
            &self.token_program,
            &self.depositor_tokens,
            &self.pool_tokens,
            &self.depositor,
            args.revenue_atoms,
            &[],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }
}

/// Takes `revenue_atoms` into `pool`, a pool of `vault` at `pool_key`, from `depositor`.
pub(super) fn take_in(
    vault: &Vault,
    pool: &mut RevenuePool,
    pool_key: Pubkey,
    depositor: Pubkey,
    revenue_atoms: u64,
    now_seconds: i64,
) -> Result<RevenueDeposited> {
    let unstreamed_atoms_before = pool.unstreamed_atoms;
    let treasury_atoms = pool.deposit(revenue_atoms, vault.treasury_bps, vault.stream_seconds, now_seconds)?;
    Ok(RevenueDeposited {
        vault: pool.vault,
        pool: pool_key,
        revenue_mint: pool.revenue_mint,
        depositor,
        revenue_atoms,
        treasury_atoms,
        unstreamed_atoms_before,
        unstreamed_atoms_after: pool.unstreamed_atoms,
        deposited_atoms_after: pool.deposited_atoms,
        remaining_seconds: pool.remaining_seconds.into(),
    })
}
