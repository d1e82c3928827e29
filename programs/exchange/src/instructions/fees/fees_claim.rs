use anchor_lang::prelude::*;
use modchains_program_kit::token;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, FeesClaimed},
    instructions::MarketPayout,
    state::{ExchangeConfig, FeeBeneficiary, Market, Model},
};

/// Pays the creator's or the protocol's accrued fees to the beneficiary's associated token account, or to any other of the
/// beneficiary who signs. Anyone may. The creator of a model with contributors is paid by `contributor_claim`.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesClaim<'info> {
    #[account(mut, has_one = model @ ExchangeError::ModelMismatch)]
    pub market: AccountLoader<'info, Market>,
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the configuration, checked by owner and discriminator.
    pub config: UncheckedAccount<'info>,
    /// CHECK: who is paid, compared with the beneficiary; need not sign.
    pub owner: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, by its stored key.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: checked to be where the beneficiary may be paid the quote mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> FeesClaim<'info> {
    /// Pays everything accrued for `beneficiary`.
    pub fn handle(&mut self, beneficiary: FeeBeneficiary) -> Result<()> {
        let treasury = ExchangeConfig::load(&self.config)?.treasury;
        let owner = match beneficiary {
            FeeBeneficiary::Creator => {
                let model = self.model.load()?;
                ensure(model.has_contributors == 0, ExchangeError::ContributorsShare)?;
                model.creator
            }
            FeeBeneficiary::Protocol => treasury,
        };
        ensure(owner == self.owner.key(), ExchangeError::BeneficiaryMismatch)?;
        let (atoms, payout) = {
            let mut market = self.market.load_mut()?;
            ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
            token::require_payee(&self.destination, &market.quote_mint, &self.owner)?;
            (market.take_fees(beneficiary)?, MarketPayout::of(&market))
        };
        payout.pay(&self.token_program, &self.quote_vault, &self.destination, self.market.as_ref(), atoms)?;
        events::emit(&self.event_authority, &FeesClaimed { market: self.market.key(), owner, beneficiary, atoms })
    }
}
