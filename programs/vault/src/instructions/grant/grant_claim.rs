use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::{keys::same, token};

use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantClaimed},
    state::{Grant, RevenuePool},
};

/// Pays what a grant has released, to the payee's associated token account, or to another of the payee's if the payee signs.
/// Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct GrantClaim<'info> {
    /// CHECK: named by the grant. Only has to sign if the account paid to is not its associated one.
    pub payee: UncheckedAccount<'info>,
    /// The grant.
    #[account(mut)]
    pub grant: AccountLoader<'info, Grant>,
    /// The pool that holds it.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: must be a token account that the payee may be paid in, see `handle`.
    #[account(mut)]
    pub payee_tokens: UncheckedAccount<'info>,
    /// Token program of the mint.
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> GrantClaim<'info> {
    /// Takes what is released, then pays it.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (revenue_mint, bump, event) = {
            let (mut grant, mut pool) = (self.grant.load_mut()?, self.pool.load_mut()?);
            ensure(same(&grant.payee, self.payee.key), VaultError::PayeeMismatch)?;
            ensure(same(&grant.pool, self.pool.as_ref().key), VaultError::PoolOfAnotherVault)?;
            ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
            let claimed_before = grant.claimed_atoms;
            let revenue_atoms = grant.claim(&mut pool, now_seconds)?;
            let event = GrantClaimed {
                vault: grant.vault,
                grant: self.grant.key(),
                payee: grant.payee,
                revenue_mint: grant.revenue_mint,
                revenue_atoms,
                claimed_atoms_before: claimed_before,
                claimed_atoms_after: grant.claimed_atoms,
            };
            (pool.revenue_mint, [pool.bump], event)
        };
        token::require_payee(&self.payee_tokens, &revenue_mint, &self.payee)?;
        token::transfer(
            &self.token_program,
            &self.pool_tokens,
            &self.payee_tokens,
            self.pool.as_ref(),
            event.revenue_atoms,
            &[&RevenuePool::signer_seeds(&event.vault, &revenue_mint, &bump)],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
