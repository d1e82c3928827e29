use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, UsageRolled},
    state::Usage,
};

/// Closes a usage epoch that is over and brings the averages up to date. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct UsageRoll<'info> {
    #[account(mut)]
    pub usage: AccountLoader<'info, Usage>,
}

impl<'info> UsageRoll<'info> {
    /// Rolls, or says that the epoch is not over.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let rolled = UsageRolled::roll(&self.usage, now_seconds)?.ok_or(OracleError::UsageEpochNotOver)?;
        events::emit(&self.event_authority, &rolled)
    }
}
