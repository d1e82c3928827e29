use anchor_lang::prelude::*;
use modchains_program_kit::timelock::Config;

use crate::{
    events::{self, ConfigChangeApplied},
    state::ExchangeConfig,
};

/// Applies the queued parameters once the timelock has passed. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigChangeApply<'info> {
    /// CHECK: the configuration, checked by owner and discriminator. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub config: AccountLoader<'info, ExchangeConfig>,
}

impl<'info> ConfigChangeApply<'info> {
    /// Moves the queued parameters into place.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let params = ExchangeConfig::load(self.config.as_ref())?.apply(now_seconds)?;
        events::emit(&self.event_authority, &ConfigChangeApplied { params })
    }
}
