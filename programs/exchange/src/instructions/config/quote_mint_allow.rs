use anchor_lang::prelude::*;
use modchains_program_kit::mint::hostile_extension;

use crate::{errors::ExchangeError, state::ExchangeConfig};

/// Allows markets to open with a quote mint.
#[derive(Accounts)]
pub struct QuoteMintAllow<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ ExchangeError::NotAdmin)]
    pub config: AccountLoader<'info, ExchangeConfig>,
    /// CHECK: checked to be a mint of either token program.
    pub mint: UncheckedAccount<'info>,
}

impl<'info> QuoteMintAllow<'info> {
    /// Adds the mint unless it carries an extension that could hurt holders.
    pub fn handle(&mut self) -> Result<()> {
        if let Some(extension) = hostile_extension(&self.mint)? {
            return Err(extension_refusal(extension).into());
        }
        self.config.load_mut()?.allow(self.mint.key())
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
