use anchor_lang::prelude::*;
use modchains_program_kit::timelock::Config;

use crate::{
    errors::OracleError,
    events::{self, ConfigChangeQueued},
    state::{OracleConfig, OracleParams},
};

/// What applies once the timelock is over.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConfigChangeQueueArgs {
    /// What services will copy.
    pub params: OracleParams,
}

/// Queues new parameters for services that are opened or configured after the timelock.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigChangeQueue<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ OracleError::NotAdmin)]
    pub config: AccountLoader<'info, OracleConfig>,
}

impl<'info> ConfigChangeQueue<'info> {
    /// Validates and queues the parameters.
    pub fn handle(&mut self, args: ConfigChangeQueueArgs, now_seconds: i64) -> Result<()> {
        let effective_at_seconds = self.config.load_mut()?.queue(args.params, now_seconds)?;
        events::emit(&self.event_authority, &ConfigChangeQueued { params: args.params, effective_at_seconds })
    }
}
