use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, LicenceUseClosed},
    state::LicenceUse,
};

/// Closes a counter whose requests no rate can count any more and returns the rent. Its requester only.
#[event_cpi]
#[derive(Accounts)]
pub struct LicenceUseClose<'info> {
    #[account(mut)]
    pub requester: Signer<'info>,
    #[account(mut, close = requester, has_one = requester @ OracleError::NotRequester)]
    pub licence_use: AccountLoader<'info, LicenceUse>,
}

impl<'info> LicenceUseClose<'info> {
    /// Requires that nothing counts any more; the account is closed on the way out.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let counter = self.licence_use.load()?;
            counter.require_forgotten(now_seconds)?;
            LicenceUseClosed { model: counter.model, requester: counter.requester }
        };
        events::emit(&self.event_authority, &event)
    }
}
