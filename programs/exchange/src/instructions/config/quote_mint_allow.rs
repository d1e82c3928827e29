use anchor_lang::prelude::*;
use modchains_program_kit::mint::hostile_extension;

use crate::{
    errors::ExchangeError,
    events::{self, QuoteMintAllowed},
    state::ExchangeConfig,
};

/// Allows markets to open with a quote mint.
#[event_cpi]
#[derive(Accounts)]
pub struct QuoteMintAllow<'info> {
    pub admin: Signer<'info>,
    /// CHECK: the configuration, checked by owner and discriminator.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// CHECK: checked to be a mint of either token program.
    pub mint: UncheckedAccount<'info>,
}

impl<'info> QuoteMintAllow<'info> {
    /// Adds the mint unless it carries an extension that could hurt holders.
    pub fn handle(&mut self) -> Result<()> {
        let mut config = ExchangeConfig::load_for(&self.config, self.admin.key)?;
        if let Some(extension) = hostile_extension(&self.mint)? {
            return Err(extension_refusal(extension).into());
        }
        let mint = self.mint.key();
        config.allow(mint)?;
        drop(config);
        events::emit(&self.event_authority, &QuoteMintAllowed { mint })
    }
}

/// Why a quote mint with this extension is refused, by its number in Token-2022.
fn extension_refusal(extension: u16) -> ExchangeError {
    match extension {
        1 => ExchangeError::QuoteMintTransferFee,
        3 => ExchangeError::QuoteMintCloseAuthority,
        4 | 16 | 24 => ExchangeError::QuoteMintConfidential,
        6 => ExchangeError::QuoteMintDefaultFrozen,
        9 => ExchangeError::QuoteMintNonTransferable,
        10 | 25 => ExchangeError::QuoteMintRebasing,
        12 => ExchangeError::QuoteMintPermanentDelegate,
        14 => ExchangeError::QuoteMintTransferHook,
        26 => ExchangeError::QuoteMintPausable,
        _ => ExchangeError::QuoteMintExtensionRefused,
    }
}
