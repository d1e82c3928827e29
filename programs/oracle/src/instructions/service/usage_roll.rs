use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, UsageRolled, UsageSums},
    state::Usage,
};

/// Closes a usage epoch that is over and brings the sums up to date. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct UsageRoll<'info> {
    #[account(mut)]
    pub usage: AccountLoader<'info, Usage>,
}

impl<'info> UsageRoll<'info> {
    /// Rolls, or says that the epoch is not over.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let rolled = roll(&self.usage, now_seconds)?.ok_or(OracleError::UsageEpochNotOver)?;
        events::emit(&self.event_authority, &rolled)
    }
}

/// Closes the usage epoch if it is over and says what that did; nothing while the epoch lasts.
pub(crate) fn roll(usage: &AccountLoader<Usage>, now_seconds: i64) -> Result<Option<UsageRolled>> {
    let mut state = usage.load_mut()?;
    let before = UsageSums::from(&*state);
    let closed = state.roll(now_seconds)?;
    Ok(closed.map(|closed| UsageRolled {
        usage: usage.key(),
        model: state.model,
        closed,
        epoch: state.epoch,
        before,
        after: UsageSums::from(&*state),
        at_seconds: now_seconds,
    }))
}
