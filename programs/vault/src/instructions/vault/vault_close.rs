use anchor_lang::prelude::*;
use anchor_spl::{token_2022::Token2022, token_interface::TokenInterface};
use modchains_program_kit::{account, token};

use super::pool_close::PoolEnd;
use crate::{
    errors::{VaultError, ensure},
    events::{self, VaultClosed},
    state::{RevenuePool, Vault},
};

/// Closes a vault in which nothing is staked, cooling or due, with its first pool. It can be opened again.
#[event_cpi]
#[derive(Accounts)]
pub struct VaultClose<'info> {
    /// Who paid the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault to close.
    #[account(
        mut,
        has_one = payer @ VaultError::NotPayer,
        has_one = stake_tokens @ VaultError::TokenAccountMismatch,
    )]
    pub vault: AccountLoader<'info, Vault>,
    /// CHECK: named by the vault.
    #[account(mut)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// The vault's first pool.
    #[account(
        mut,
        has_one = vault @ VaultError::PoolOfAnotherVault,
        constraint = pool.load()?.is_first == 1 @ VaultError::PoolIsNotFirst,
    )]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool, see `PoolEnd`.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// Where the pool's dust goes.
    /// CHECK: must be a token account of the payer, see `PoolEnd`.
    #[account(mut)]
    pub payer_tokens: UncheckedAccount<'info>,
    /// Token program of the model's token.
    pub token_program: Program<'info, Token2022>,
    /// Token program of the revenue mint.
    pub revenue_token_program: Interface<'info, TokenInterface>,
}

impl<'info> VaultClose<'info> {
    /// Closes vault and pool with their token accounts.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (model, bump) = {
            let vault = self.vault.load()?;
            vault.require_closable(now_seconds)?;
            ensure(token::balance_atoms(&self.stake_tokens)? == 0, VaultError::TokensUnswept)?;
            (vault.model, [vault.bump])
        };
        let pool_closed = PoolEnd {
            payer: &self.payer,
            pool: &self.pool,
            pool_tokens: &self.pool_tokens,
            payer_tokens: &self.payer_tokens,
            token_program: &self.revenue_token_program,
        }
        .close_tokens()?;
        let signer_seeds = Vault::signer_seeds(&model, &bump);
        let vault = self.vault.as_ref();
        token::close_account(&self.token_program, &self.stake_tokens, &self.payer, vault, &[&signer_seeds])?;
        account::close(self.pool.as_ref(), &self.payer)?;
        account::close(vault, &self.payer)?;
        events::emit(&self.event_authority, &pool_closed)?;
        let event = VaultClosed { vault: self.vault.key(), payer: self.payer.key() };
        events::emit(&self.event_authority, &event)
    }
}
