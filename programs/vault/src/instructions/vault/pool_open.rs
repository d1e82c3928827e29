use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use modchains_program_kit::{mint::hostile_extension, token::AccountCreation};

use crate::{
    errors::{VaultError, ensure},
    events::{self, PoolOpened},
    seeds,
    state::{PoolIdentity, RevenuePool, Vault},
};

/// Opens a further revenue pool of a vault, for another mint. Anyone may, for any mint without an extension that could hurt
/// holders: nobody earns from it, pays for it or passes it who has not opened a share.
#[event_cpi]
#[derive(Accounts)]
pub struct PoolOpen<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// Mint of the pool's revenue.
    pub revenue_mint: Box<InterfaceAccount<'info, Mint>>,
    /// The pool to open.
    #[account(
        init, payer = payer, space = 8 + size_of::<RevenuePool>(),
        seeds = [seeds::POOL, vault.key().as_ref(), revenue_mint.key().as_ref()], bump,
    )]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// Where the pool's revenue will be kept.
    /// CHECK: created by `handle`.
    #[account(mut, seeds = [seeds::POOL_TOKENS, pool.key().as_ref()], bump)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// Token program of the revenue mint.
    pub revenue_token_program: Interface<'info, TokenInterface>,
    /// Creates the accounts.
    pub system_program: Program<'info, System>,
}

impl<'info> PoolOpen<'info> {
    /// Writes the pool.
    pub fn handle(&mut self, bumps: &PoolOpenBumps, now_seconds: i64) -> Result<()> {
        let hostile = hostile_extension(self.revenue_mint.to_account_info().as_ref())?;
        ensure(hostile.is_none(), VaultError::RevenueMintExtensionRefused)?;
        let pool = self.pool.key();
        let pool_tokens = AccountCreation {
            payer: &self.payer,
            account: &self.pool_tokens,
            mint: self.revenue_mint.as_ref().as_ref(),
            authority: &pool,
            token_program: &self.revenue_token_program,
        };
        pool_tokens.invoke(&[seeds::POOL_TOKENS, pool.as_ref(), &[bumps.pool_tokens]])?;
        let identity = PoolIdentity {
            vault: self.vault.key(),
            revenue_mint: self.revenue_mint.key(),
            tokens: self.pool_tokens.key(),
            payer: self.payer.key(),
            is_first: false,
            bump: bumps.pool,
        };
        self.pool.load_init()?.open(identity, now_seconds)?;
        events::emit(&self.event_authority, &PoolOpened::new(pool, &identity))
    }
}

impl PoolOpened {
    pub(super) fn new(pool: Pubkey, identity: &PoolIdentity) -> Self {
        Self {
            vault: identity.vault,
            pool,
            revenue_mint: identity.revenue_mint,
            pool_tokens: identity.tokens,
            is_first: identity.is_first,
            payer: identity.payer,
        }
    }
}
