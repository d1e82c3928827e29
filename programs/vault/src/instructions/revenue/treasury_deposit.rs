use anchor_lang::prelude::*;
use modchains_program_kit::{keys::same, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, TreasuryDeposited},
    state::RevenuePool,
};

/// How much to give.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct TreasuryDepositArgs {
    /// Revenue atoms to deposit, more than zero.
    pub revenue_atoms: u64,
}

/// Adds tokens to a vault's treasury in the mint of one of its pools. Anyone may; only a passed proposal spends them.
#[event_cpi]
#[derive(Accounts)]
pub struct TreasuryDeposit<'info> {
    /// Owner of the tokens.
    pub depositor: Signer<'info>,
    /// CHECK: the token program lets only its owner or delegate sign a transfer, and only into the same mint.
    #[account(mut)]
    pub depositor_tokens: UncheckedAccount<'info>,
    /// The pool that keeps them.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: the pool's own, by its stored key.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the pool's tokens.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> TreasuryDeposit<'info> {
    /// Records the tokens, then moves them in.
    pub fn handle(&mut self, args: TreasuryDepositArgs) -> Result<()> {
        let event = {
            let mut pool = self.pool.load_mut()?;
            ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
            let treasury_atoms_before = pool.treasury_atoms;
            pool.treasury_deposit(args.revenue_atoms)?;
            TreasuryDeposited {
                vault: pool.vault,
                pool: self.pool.key(),
                revenue_mint: pool.revenue_mint,
                depositor: self.depositor.key(),
                revenue_atoms: args.revenue_atoms,
                treasury_atoms_before,
                treasury_atoms_after: pool.treasury_atoms,
            }
        };
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
}
