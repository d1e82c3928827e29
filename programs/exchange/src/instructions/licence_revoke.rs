use anchor_lang::prelude::*;

use crate::{
    events::{self, LicenceRevoked},
    state::{Licence, Model},
};

/// Ends a revocable licence. Requests that exist already run to their end.
#[event_cpi]
#[derive(Accounts)]
pub struct LicenceRevoke<'info> {
    pub creator: Signer<'info>,
    pub model: AccountLoader<'info, Model>,
    #[account(mut)]
    pub licence: AccountLoader<'info, Licence>,
}

impl<'info> LicenceRevoke<'info> {
    /// Marks the licence as revoked.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        self.model.load()?.require_creator(self.creator.key)?;
        let grantee = {
            let mut licence = self.licence.load_mut()?;
            licence.revoke(&model, now_seconds)?;
            licence.grantee
        };
        let licence = self.licence.key();
        events::emit(&self.event_authority, &LicenceRevoked { model, licence, grantee, at_seconds: now_seconds })
    }
}
