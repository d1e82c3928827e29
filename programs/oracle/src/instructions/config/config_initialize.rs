use anchor_lang::prelude::*;
use modchains_program_kit::{
    account::{self, upgrade_authority},
    timelock::Config,
};

use crate::{
    errors::{OracleError, ensure},
    events::{self, ConfigInitialized},
    seeds,
    state::{OracleConfig, OracleParams},
};

/// What the oracle starts with.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConfigInitializeArgs {
    /// Owner of the token accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// What services copy, and the delay of later changes.
    pub params: OracleParams,
}

/// Creates the configuration. Only the program's upgrade authority can, so nobody gets there first.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigInitialize<'info> {
    /// Upgrade authority of the program; becomes the admin and pays.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::CONFIG], bump)]
    pub config: UncheckedAccount<'info>,
    /// CHECK: where the loader keeps this program's upgrade authority, checked by address and owner.
    pub program_data: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ConfigInitialize<'info> {
    /// Writes the configuration.
    pub fn handle(&mut self, args: ConfigInitializeArgs, bump: u8) -> Result<()> {
        let authority = upgrade_authority(&self.program_data, &crate::ID)?;
        ensure(authority == Some(self.authority.key()), OracleError::NotUpgradeAuthority)?;
        let config = OracleConfig {
            admin: self.authority.key(),
            treasury: args.treasury,
            params: args.params,
            bump,
            ..bytemuck::Zeroable::zeroed()
        };
        config.invariant()?;
        account::create_state(&self.authority, &self.config, &crate::ID, &[seeds::CONFIG, &[bump]], &config)?;
        let event = ConfigInitialized { admin: self.authority.key(), treasury: args.treasury, params: args.params };
        events::emit(&self.event_authority, &event)
    }
}
