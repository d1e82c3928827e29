use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, LicenceRevoked},
    state::{Licence, Model},
};

/// Ends a revocable licence. Requests that exist already run to their end.
#[event_cpi]
#[derive(Accounts)]
pub struct LicenceRevoke<'info> {
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: a licence, checked by owner, discriminator and model. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub licence: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub licence: AccountLoader<'info, Licence>,
}

impl<'info> LicenceRevoke<'info> {
    /// Marks the licence as revoked.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        {
            let mut model = self.model.load_mut()?;
            model.require_creator(self.creator.key)?;
            model.count_change()?;
        }
        let grantee = {
            let mut licence = account::state_mut::<Licence>(self.licence.as_ref(), &crate::ID)?;
            licence.revoke(&model, now_seconds)?;
            licence.grantee
        };
        let licence = self.licence.key();
        events::emit(&self.event_authority, &LicenceRevoked { model, licence, grantee, at_seconds: now_seconds })
    }
}
