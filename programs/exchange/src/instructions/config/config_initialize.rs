use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_program_kit::{
    account::{self, upgrade_authority},
    timelock::Config,
};

#[cfg(feature = "idl-build")]
use crate::idl::Described as _;
use crate::{
    errors::{ExchangeError, ensure},
    seeds,
    state::{ExchangeConfig, MarketParams},
};

/// What the exchange starts with.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ConfigInitializeArgs {
    /// Owner of the token accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// Delay of every later change, a day to 30 days.
    pub timelock_seconds: u32,
    /// What markets copy when they open.
    pub params: MarketParams,
}

/// Creates the configuration. Only the program's upgrade authority can, so nobody gets there first.
#[derive(Accounts)]
pub struct ConfigInitialize<'info> {
    /// Upgrade authority of the program; becomes the admin and pays.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// CHECK: where the loader keeps this program's upgrade authority, checked by address and owner.
    pub program_data: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ConfigInitialize<'info> {
    /// Writes the configuration.
    pub fn handle(&mut self, args: ConfigInitializeArgs) -> Result<()> {
        let authority = upgrade_authority(&self.program_data, &crate::ID)?;
        ensure(authority == Some(self.authority.key()), ExchangeError::NotUpgradeAuthority)?;
        let (_, bump) = Pubkey::find_program_address(&[seeds::CONFIG], &crate::ID);
        let config = ExchangeConfig {
            admin: self.authority.key(),
            treasury: args.treasury,
            params: args.params,
            timelock_seconds: args.timelock_seconds,
            bump,
            ..ExchangeConfig::zeroed()
        };
        config.invariant()?;
        account::create_state(&self.authority, &self.config, &crate::ID, &[seeds::CONFIG, &[bump]], &config)
    }
}
