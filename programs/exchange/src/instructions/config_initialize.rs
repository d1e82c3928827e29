use anchor_lang::prelude::*;
use modchains_program_kit::account::upgrade_authority;

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
    /// Delay of every later change, at most 30 days.
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
    #[account(init, payer = authority, space = 8 + size_of::<ExchangeConfig>(), seeds = [seeds::CONFIG], bump)]
    pub config: AccountLoader<'info, ExchangeConfig>,
    /// CHECK: where the loader keeps this program's upgrade authority, checked by address and owner.
    pub program_data: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ConfigInitialize<'info> {
    /// Writes the configuration.
    pub fn handle(&mut self, args: ConfigInitializeArgs, bump: u8) -> Result<()> {
        let authority = upgrade_authority(&self.program_data, &crate::ID)?;
        ensure(authority == Some(self.authority.key()), ExchangeError::NotUpgradeAuthority)?;
        let mut config = self.config.load_init()?;
        config.admin = self.authority.key();
        config.treasury = args.treasury;
        config.params = args.params;
        config.timelock_seconds = args.timelock_seconds;
        config.bump = bump;
        config.invariant()
    }
}
