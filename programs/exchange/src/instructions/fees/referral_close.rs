use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ReferralClosed},
    state::Referral,
};

/// Closes a referrer's account that owes nothing; its rent goes to who paid it. The referrer only: whoever names the
/// account in a trade counts on it.
#[event_cpi]
#[derive(Accounts)]
pub struct ReferralClose<'info> {
    pub referrer: Signer<'info>,
    /// CHECK: the referrer's account, checked by owner, discriminator and referrer. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub referral: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub referral: AccountLoader<'info, Referral>,
    /// CHECK: who paid the rent, compared with what the account says.
    #[account(mut)]
    pub paid_by: UncheckedAccount<'info>,
}

impl<'info> ReferralClose<'info> {
    /// Closes the account.
    pub fn handle(&mut self) -> Result<()> {
        let event = {
            let referral = account::state_mut::<Referral>(self.referral.as_ref(), &crate::ID)?;
            referral.require_closable(self.referrer.key, self.paid_by.key)?;
            ReferralClosed { market: referral.market, referrer: referral.referrer, paid_by: referral.paid_by }
        };
        account::close(self.referral.as_ref(), &self.paid_by)?;
        events::emit(&self.event_authority, &event)
    }
}
