use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::{account, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, PoolClosed},
    state::RevenuePool,
};

/// Closes a further pool that owes nobody anything; the vault's first pool closes with the vault.
#[event_cpi]
#[derive(Accounts)]
pub struct PoolClose<'info> {
    /// Who paid the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The pool to close.
    #[account(
        mut,
        has_one = payer @ VaultError::NotPayer,
        constraint = pool.load()?.is_first == 0 @ VaultError::PoolIsFirst,
    )]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool, see `close_pool`.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// Where the dust goes.
    /// CHECK: must be a token account of the payer, see `close_pool`.
    #[account(mut)]
    pub payer_tokens: UncheckedAccount<'info>,
    /// Token program of the revenue mint.
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> PoolClose<'info> {
    /// Closes the pool and its token account.
    pub fn handle(&mut self) -> Result<()> {
        let event = PoolEnd {
            payer: &self.payer,
            pool: &self.pool,
            pool_tokens: &self.pool_tokens,
            payer_tokens: &self.payer_tokens,
            token_program: &self.token_program,
        }
        .close_tokens()?;
        account::close(self.pool.as_ref(), &self.payer)?;
        events::emit(&self.event_authority, &event)
    }
}

/// The accounts that closing a pool takes, its first or another.
pub(super) struct PoolEnd<'a, 'info> {
    /// Who paid the rent, of which the caller has made sure; signs.
    pub payer: &'a AccountInfo<'info>,
    /// The pool to close.
    pub pool: &'a AccountLoader<'info, RevenuePool>,
    /// Its token account.
    pub pool_tokens: &'a AccountInfo<'info>,
    /// Where the dust goes.
    pub payer_tokens: &'a AccountInfo<'info>,
    /// The revenue mint's token program.
    pub token_program: &'a AccountInfo<'info>,
}

impl PoolEnd<'_, '_> {
    /// Pays the dust that divisions left over to the payer and closes the token account; the pool is the caller's to close,
    /// after the last call that names the payer. Refused while anything is due, or lies in the token account that was sent
    /// there directly: it is the stakers' once somebody sweeps it.
    pub fn close_tokens(&self) -> Result<PoolClosed> {
        let (event, bump) = {
            let pool = self.pool.load()?;
            pool.require_closable()?;
            ensure(pool.tokens == self.pool_tokens.key(), VaultError::TokenAccountMismatch)?;
            let dust_atoms = token::balance_atoms(self.pool_tokens)?;
            ensure(dust_atoms == pool.held_atoms()?, VaultError::TokensUnswept)?;
            let (vault, revenue_mint) = (pool.vault, pool.revenue_mint);
            (
                PoolClosed { vault, pool: self.pool.key(), revenue_mint, dust_atoms, payer: self.payer.key() },
                [pool.bump],
            )
        };
        let signer_seeds = RevenuePool::signer_seeds(&event.vault, &event.revenue_mint, &bump);
        let (program, tokens, authority) = (self.token_program, self.pool_tokens, self.pool.as_ref());
        if event.dust_atoms > 0 {
            token::require_token_account(self.payer_tokens, &event.revenue_mint, self.payer.key)?;
            token::transfer(program, tokens, self.payer_tokens, authority, event.dust_atoms, &[&signer_seeds])?;
        }
        token::close_account(program, tokens, self.payer, authority, &[&signer_seeds])?;
        Ok(event)
    }
}
