use anchor_lang::{prelude::*, solana_program::bpf_loader_upgradeable};

use crate::{
    errors::OracleError,
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
    #[account(init, payer = authority, space = 8 + size_of::<OracleConfig>(), seeds = [seeds::CONFIG], bump)]
    pub config: AccountLoader<'info, OracleConfig>,
    #[account(
        constraint = program_data.key() == program_data_address() @ OracleError::NotUpgradeAuthority,
        constraint = program_data.upgrade_authority_address == Some(authority.key()) @ OracleError::NotUpgradeAuthority,
    )]
    pub program_data: Account<'info, ProgramData>,
    pub system_program: Program<'info, System>,
}

/// Where the loader keeps this program's upgrade authority.
fn program_data_address() -> Pubkey {
    Pubkey::find_program_address(&[crate::ID.as_ref()], &bpf_loader_upgradeable::ID).0
}

impl<'info> ConfigInitialize<'info> {
    /// Writes the configuration.
    pub fn handle(&mut self, args: ConfigInitializeArgs, bump: u8) -> Result<()> {
        {
            let mut config = self.config.load_init()?;
            config.admin = self.authority.key();
            config.treasury = args.treasury;
            config.params = args.params;
            config.bump = bump;
            config.invariant()?;
        }
        let event = ConfigInitialized { admin: self.authority.key(), treasury: args.treasury, params: args.params };
        events::emit(&self.event_authority, &event)
    }
}
