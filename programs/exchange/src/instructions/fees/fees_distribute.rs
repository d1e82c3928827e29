use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::vault::{self, RevenueDeposit, Vault};
use modchains_program_kit::{account, cpi};

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, FeesDistributed},
    state::Market,
};

/// Moves the stakers' accrued share of trade fees into the model's vault. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesDistribute<'info> {
    #[account(mut, has_one = quote_vault @ ExchangeError::QuoteVaultMismatch)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own quote vault, by `has_one`.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the vault of this market's model, checked by owner, discriminator and model.
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the vault program refuses it unless it is the vault's pool; its mint must be the quote mint.
    #[account(mut)]
    pub pool: UncheckedAccount<'info>,
    /// CHECK: the vault program refuses it unless it is the pool's token account.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: the vault program refuses any other.
    pub vault_event_authority: UncheckedAccount<'info>,
    /// CHECK: the vault program, by address.
    #[account(address = vault::ID @ ExchangeError::VaultProgramMismatch)]
    pub vault_program: UncheckedAccount<'info>,
}

impl<'info> FeesDistribute<'info> {
    /// Pays the vault leg.
    pub fn handle(&mut self) -> Result<()> {
        let (revenue_atoms, model, bump) = {
            let mut market = self.market.load_mut()?;
            ensure(account::view::<Vault>(&self.vault)?.model == market.model, ExchangeError::VaultMismatch)?;
            (market.take_vault_leg()?, market.model, [market.bump])
        };
        let deposit = RevenueDeposit::<&AccountInfo> {
            depositor: self.market.as_ref(),
            depositor_tokens: &self.quote_vault,
            vault: &self.vault,
            pool: &self.pool,
            pool_tokens: &self.pool_tokens,
            token_program: &self.token_program,
            event_authority: &self.vault_event_authority,
            program: &self.vault_program,
            revenue_atoms,
        };
        let signer_seeds = Market::signer_seeds(&model, &bump);
        cpi::call(&vault::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])?;
        let event = FeesDistributed { market: self.market.key(), vault_atoms: revenue_atoms };
        events::emit(&self.event_authority, &event)
    }
}
