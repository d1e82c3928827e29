use anchor_lang::prelude::*;
use modchains_program_kit::token;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ReferralPaid},
    instructions::MarketPayout,
    state::{Market, Referral},
};

/// Pays what a referrer has earned to a token account of the referrer. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ReferralClaim<'info> {
    pub market: AccountLoader<'info, Market>,
    #[account(mut, has_one = market @ ExchangeError::ReferralMismatch)]
    pub referral: AccountLoader<'info, Referral>,
    /// CHECK: the market's own quote vault, by its stored key.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: checked to be an account of the quote mint owned by the referrer.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> ReferralClaim<'info> {
    /// Pays everything accrued.
    pub fn handle(&mut self) -> Result<()> {
        let (referrer, atoms, payout) = {
            let market = self.market.load()?;
            ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
            let mut referral = self.referral.load_mut()?;
            token::require_token_account(&self.destination, &market.quote_mint, &referral.referrer)?;
            (referral.referrer, referral.take()?, MarketPayout::of(&market))
        };
        payout.pay(&self.token_program, &self.quote_vault, &self.destination, self.market.as_ref(), atoms)?;
        events::emit(&self.event_authority, &ReferralPaid { market: self.market.key(), referrer, atoms })
    }
}
