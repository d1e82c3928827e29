use anchor_lang::prelude::*;
use modchains_program_kit::{account, token};

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ContributorPaid},
    instructions::MarketPayout,
    state::{Contributors, Market, Model},
};

/// Pays what a contributor is owed, or the creator's part, to the associated token account of theirs, or to any other if
/// they sign. Anyone may; the others' parts stay where they are.
#[event_cpi]
#[derive(Accounts)]
pub struct ContributorClaim<'info> {
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the contributors, checked by owner, discriminator and model.
    #[account(mut)]
    pub contributors: UncheckedAccount<'info>,
    /// CHECK: who is paid; need not sign.
    pub beneficiary: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, checked by its address.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: checked to be where the beneficiary may be paid the quote mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> ContributorClaim<'info> {
    /// Shares out what accrued, then pays the beneficiary.
    pub fn handle(&mut self) -> Result<()> {
        let (model, beneficiary) = (self.model.key(), self.beneficiary.key());
        let (accrued_atoms, atoms, payout) = {
            let mut market = self.market.load_mut()?;
            ensure(market.model == model, ExchangeError::ModelMismatch)?;
            ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
            token::require_payee(&self.destination, &market.quote_mint, &self.beneficiary)?;
            let mut contributors = account::state_mut::<Contributors>(&self.contributors, &crate::ID)?;
            contributors.require_of(&model)?;
            let accrued_atoms = market.release_creator_fees();
            contributors.accrue(accrued_atoms)?;
            let is_creator = self.model.load()?.creator == beneficiary;
            (accrued_atoms, contributors.take(&beneficiary, is_creator)?, MarketPayout::of(&market))
        };
        payout.pay(&self.token_program, &self.quote_vault, &self.destination, self.market.as_ref(), atoms)?;
        events::emit(&self.event_authority, &ContributorPaid { model, beneficiary, atoms, accrued_atoms })
    }
}
