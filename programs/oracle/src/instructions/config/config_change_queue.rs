use anchor_lang::prelude::*;
use modchains_program_kit::timelock::Config;

use crate::{
    events::{self, ConfigChangeQueued},
    instructions::ConfigAdmin,
    state::OracleParams,
};

/// What applies once the timelock is over.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConfigChangeQueueArgs {
    /// What services will copy.
    pub params: OracleParams,
}

impl<'info> ConfigAdmin<'info> {
    /// Queues new parameters for services that are opened or configured after the timelock.
    pub fn queue(&mut self, args: ConfigChangeQueueArgs, now_seconds: i64) -> Result<()> {
        let effective_at_seconds = self.config.load_mut()?.queue(args.params, now_seconds)?;
        events::emit(&self.event_authority, &ConfigChangeQueued { params: args.params, effective_at_seconds })
    }
}
