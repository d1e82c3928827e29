use anchor_lang::prelude::*;

use crate::{
    events::{self, ConfigChangeApplied},
    state::OracleConfig,
};

/// Applies the queued parameters once the timelock has passed. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigChangeApply<'info> {
    #[account(mut)]
    pub config: AccountLoader<'info, OracleConfig>,
}

impl<'info> ConfigChangeApply<'info> {
    /// Moves the queued parameters into place.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let params = {
            let mut config = self.config.load_mut()?;
            config.apply(now_seconds)?;
            config.params
        };
        events::emit(&self.event_authority, &ConfigChangeApplied { params })
    }
}
