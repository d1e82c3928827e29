use anchor_lang::prelude::*;
use anchor_spl::token_interface::Mint;
use modchains_program_kit::mint::hostile_extension;

use crate::{
    errors::{ExchangeError, ensure},
    state::ExchangeConfig,
};

/// Allows markets to open with a quote mint.
#[derive(Accounts)]
pub struct QuoteMintAllow<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ ExchangeError::NotAdmin)]
    pub config: AccountLoader<'info, ExchangeConfig>,
    pub mint: InterfaceAccount<'info, Mint>,
}

impl<'info> QuoteMintAllow<'info> {
    /// Adds the mint unless it carries an extension that could hurt holders.
    pub fn handle(&mut self) -> Result<()> {
        let hostile = hostile_extension(self.mint.to_account_info().as_ref())?;
        ensure(hostile.is_none(), ExchangeError::QuoteMintExtensionRefused)?;
        self.config.load_mut()?.allow(self.mint.key())
    }
}
