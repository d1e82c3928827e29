use anchor_lang::prelude::*;
use modchains_program_kit::timelock::Config;

use crate::{
    errors::ExchangeError,
    events::{self, ConfigChangeQueued},
    state::{ExchangeConfig, MarketParams},
};

/// Queues new parameters for markets that will open after the timelock.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigChangeQueue<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ ExchangeError::NotAdmin)]
    pub config: AccountLoader<'info, ExchangeConfig>,
}

impl<'info> ConfigChangeQueue<'info> {
    /// Validates and queues `params`.
    pub fn handle(&mut self, params: MarketParams, now_seconds: i64) -> Result<()> {
        let effective_at_seconds = self.config.load_mut()?.queue(params, now_seconds)?;
        events::emit(&self.event_authority, &ConfigChangeQueued { params, effective_at_seconds })
    }
}
