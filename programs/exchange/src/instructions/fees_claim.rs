use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::ExchangeError,
    events::{self, FeesClaimed},
    state::{ExchangeConfig, FeeBeneficiary, Market, Model},
};

/// Pays the creator's or the protocol's accrued trade fees to a token account that the beneficiary owns. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesClaim<'info> {
    #[account(
        mut, has_one = model @ ExchangeError::ModelMismatch, has_one = quote_vault @ ExchangeError::QuoteVaultMismatch,
    )]
    pub market: AccountLoader<'info, Market>,
    pub model: AccountLoader<'info, Model>,
    pub config: AccountLoader<'info, ExchangeConfig>,
    /// CHECK: the market's own quote vault, by `has_one`.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: checked to be an account of the quote mint owned by the beneficiary.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> FeesClaim<'info> {
    /// Pays everything accrued for `beneficiary`.
    pub fn handle(&mut self, beneficiary: FeeBeneficiary) -> Result<()> {
        let owner = match beneficiary {
            FeeBeneficiary::Creator => self.model.load()?.creator,
            FeeBeneficiary::Protocol => self.config.load()?.treasury,
        };
        let (atoms, model, bump) = {
            let mut market = self.market.load_mut()?;
            token::require_token_account(&self.destination, &market.quote_mint, &owner)?;
            (market.take_fees(beneficiary)?, market.model, market.bump)
        };
        token::transfer(
            &self.token_program,
            &self.quote_vault,
            &self.destination,
            self.market.as_ref(),
            atoms,
            &[&Market::signer_seeds(&model, &[bump])],
        )?;
        events::emit(&self.event_authority, &FeesClaimed { market: self.market.key(), owner, beneficiary, atoms })
    }
}
