//! What the exchange knows of the oracle program: the layout of its usage account.

use anchor_lang::prelude::*;
use modchains_program_kit::account::read_foreign;

use crate::errors::{ExchangeError, ensure};

/// The oracle program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::ORACLE);
/// First eight bytes of SHA-256 of `account:Usage`.
pub const USAGE_DISCRIMINATOR: [u8; 8] = [152, 162, 178, 106, 43, 208, 237, 89];

/// The usage of a model as the oracle counts it. Averages share one unit, so their ratios have none.
#[derive(Clone, Copy, Debug)]
pub struct UsageSignal {
    /// The part of all finalised fees that nobody can get back, in quote atoms, since the service opened.
    pub non_recoverable_fees_total: u64,
    /// Paid usage averaged over about a day.
    pub ema_fast: u64,
    /// Paid usage averaged over about three days.
    pub ema_mid: u64,
    /// Paid usage averaged over about a week.
    pub ema_slow: u64,
    /// Quality factor, 1,000,000 is neutral.
    pub quality_ppm: u32,
    /// When the averages were last brought up to date, unix seconds.
    pub rolled_at_seconds: i64,
}

/// Reads the usage account of `model`. Only the oracle writes such accounts, one for each model.
pub fn read_usage(usage: &AccountInfo, model: &Pubkey) -> Result<UsageSignal> {
    let data = read_foreign(usage, &ID, &USAGE_DISCRIMINATOR)?;
    let bytes: &[u8; 88] = data.first_chunk().ok_or(ErrorCode::AccountDidNotDeserialize)?;
    ensure(bytes[..32] == model.to_bytes(), ExchangeError::UsageMismatch)?;
    let word = |offset: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[offset..offset + 8]);
        u64::from_le_bytes(word)
    };
    Ok(UsageSignal {
        non_recoverable_fees_total: word(32),
        ema_fast: word(40),
        ema_mid: word(48),
        ema_slow: word(56),
        quality_ppm: word(64) as u32,
        rolled_at_seconds: word(80) as i64,
    })
}
