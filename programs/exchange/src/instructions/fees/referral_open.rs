use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ReferralOpened},
    seeds,
    state::{Market, Referral},
};

/// Opens the account in which a referrer's part of one market's fees accrues. Anyone may, for anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct ReferralOpen<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: any address; it owns the accounts that are paid.
    pub referrer: UncheckedAccount<'info>,
    pub market: AccountLoader<'info, Market>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub referral: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ReferralOpen<'info> {
    /// Creates the account.
    pub fn handle(&mut self) -> Result<()> {
        let (market, referrer) = (self.market.key(), self.referrer.key());
        let seeds: &[&[u8]] = &[seeds::REFERRAL, market.as_ref(), referrer.as_ref()];
        let (_, bump) = Pubkey::find_program_address(seeds, &crate::ID);
        let seeds: &[&[u8]] = &[seeds::REFERRAL, market.as_ref(), referrer.as_ref(), &[bump]];
        let state = Referral::new(market, referrer, self.payer.key(), bump);
        account::create_state(&self.payer, &self.referral, &crate::ID, seeds, &state)?;
        events::emit(&self.event_authority, &ReferralOpened { market, referrer, referral: self.referral.key() })
    }
}
