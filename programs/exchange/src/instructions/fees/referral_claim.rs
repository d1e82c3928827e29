use anchor_lang::prelude::*;
use modchains_program_kit::{account, token};

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ReferralPaid},
    instructions::MarketPayout,
    state::{Market, Referral},
};

/// Pays what a referrer has earned to the referrer's associated token account, or to any other of the referrer who signs.
/// Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ReferralClaim<'info> {
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the referrer's account, checked by owner, discriminator, market and referrer.
    #[account(mut)]
    pub referral: UncheckedAccount<'info>,
    /// CHECK: who is paid, compared with the referral's; need not sign.
    pub referrer: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, by its stored key.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: checked to be where the referrer may be paid the quote mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> ReferralClaim<'info> {
    /// Pays everything accrued.
    pub fn handle(&mut self) -> Result<()> {
        let referrer = self.referrer.key();
        let (atoms, payout) = {
            let market = self.market.load()?;
            ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
            token::require_payee(&self.destination, &market.quote_mint, &self.referrer)?;
            let mut referral = account::state_mut::<Referral>(&self.referral, &crate::ID)?;
            ensure(referral.market == self.market.key(), ExchangeError::ReferralMismatch)?;
            ensure(referral.referrer == referrer, ExchangeError::BeneficiaryMismatch)?;
            (referral.take()?, MarketPayout::of(&market))
        };
        payout.pay(&self.token_program, &self.quote_vault, &self.destination, self.market.as_ref(), atoms)?;
        events::emit(&self.event_authority, &ReferralPaid { market: self.market.key(), referrer, atoms })
    }
}
