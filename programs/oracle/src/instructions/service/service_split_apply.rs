use anchor_lang::prelude::*;

use crate::{
    events::{self, ServiceSplitApplied},
    state::Service,
};

/// Makes a service's queued split the one that new requests copy, once its timelock has passed. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceSplitApply<'info> {
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> ServiceSplitApply<'info> {
    /// Moves the queued split into place.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let mut service = self.service.load_mut()?;
            let split_before = service.split;
            service.apply_split(now_seconds)?;
            ServiceSplitApplied {
                service: self.service.key(),
                split_before,
                split_after: service.split,
                terms_counter: service.terms_counter,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
