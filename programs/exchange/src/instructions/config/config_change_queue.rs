use anchor_lang::prelude::*;
use modchains_program_kit::timelock::Config;

use crate::{
    events::{self, ConfigChangeQueued},
    instructions::ConfigAdmin,
    state::{ExchangeConfig, MarketParams},
};

impl<'info> ConfigAdmin<'info> {
    /// Queues new parameters for markets that will open after the timelock.
    pub fn queue(&mut self, params: MarketParams, now_seconds: i64) -> Result<()> {
        let effective_at_seconds =
            ExchangeConfig::load_for(&self.config, self.admin.key)?.queue(params, now_seconds)?;
        events::emit(&self.event_authority, &ConfigChangeQueued { params, effective_at_seconds })
    }
}
