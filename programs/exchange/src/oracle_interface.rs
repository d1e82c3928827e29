//! What the exchange knows of the oracle program: the layout of usage, services and requests.

use anchor_lang::prelude::*;
use modchains_program_kit::account::read_foreign;

use crate::errors::{ExchangeError, ensure};

/// The oracle program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::ORACLE);
/// First eight bytes of SHA-256 of `account:Usage`.
pub const USAGE_DISCRIMINATOR: [u8; 8] = [152, 162, 178, 106, 43, 208, 237, 89];

/// First eight bytes of SHA-256 of `account:Service`.
pub const SERVICE_DISCRIMINATOR: [u8; 8] = [144, 62, 76, 129, 167, 36, 151, 250];
/// First eight bytes of SHA-256 of `account:Request`.
pub const REQUEST_DISCRIMINATOR: [u8; 8] = [125, 172, 150, 161, 162, 115, 39, 71];
/// The status of a request whose result is final.
const STATUS_FINALIZED: u8 = 4;

/// What the exchange needs to know of a request whose result is final.
#[derive(Clone, Copy, Debug)]
pub struct FinalResult {
    /// Who asked and paid.
    pub requester: Pubkey,
    /// SHA-256 of the manifest of the version that answered.
    pub version_manifest_sha256: [u8; 32],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// SHA-256 of salt and output.
    pub output_hash: [u8; 32],
    /// What the requester declared to use the result for, a set of the `USE_` bits of [`modchains_core::licence`].
    pub licence_uses: u16,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Most that the result costs as content, quote atoms: what the model asked for when the request was created.
    pub content_fee_atoms: u64,
}

/// Reads `request`, which must be one to `service`, the service of `model`, with a final result. Only the oracle writes
/// such accounts.
pub fn read_final_result(request: &AccountInfo, service: &AccountInfo, model: &Pubkey) -> Result<FinalResult> {
    let of_service = read_foreign(service, &ID, &SERVICE_DISCRIMINATOR)?;
    ensure(of_service.starts_with(model.as_ref()), ExchangeError::RequestMismatch)?;
    let data = read_foreign(request, &ID, &REQUEST_DISCRIMINATOR)?;
    let bytes: &[u8; 416] = data.first_chunk().ok_or(ErrorCode::AccountDidNotDeserialize)?;
    ensure(bytes.starts_with(service.key.as_ref()), ExchangeError::RequestMismatch)?;
    ensure(bytes[402] == STATUS_FINALIZED, ExchangeError::ResultNotFinal)?;
    let hash = |offset: usize| {
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[offset..offset + 32]);
        hash
    };
    let content_fee = bytes.last_chunk().ok_or(ErrorCode::AccountDidNotDeserialize)?;
    Ok(FinalResult {
        requester: Pubkey::from(hash(32)),
        version_manifest_sha256: hash(96),
        input_hash: hash(128),
        output_hash: hash(160),
        licence_uses: u16::from_le_bytes([bytes[400], bytes[401]]),
        numeric_class: bytes[403],
        content_fee_atoms: u64::from_le_bytes(*content_fee),
    })
}

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
