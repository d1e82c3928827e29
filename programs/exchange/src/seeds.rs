//! Seeds of every address the exchange derives. Strings of users are hashed before they become a seed.

pub use modchains_program_interface::exchange::seeds::LICENCE;

/// The one configuration account.
pub const CONFIG: &[u8] = b"config";
/// A model: `[MODEL, creator, sha256(name)]`.
pub const MODEL: &[u8] = b"model";
/// A model's token mint: `[MINT, model]`.
pub const MINT: &[u8] = b"mint";
/// A model version: `[VERSION, model, index as u32 little-endian]`.
pub const VERSION: &[u8] = b"version";
/// A model's market: `[MARKET, model]`.
pub const MARKET: &[u8] = b"market";
/// The token account of a market's quote atoms: `[QUOTE_VAULT, market]`.
pub const QUOTE_VAULT: &[u8] = b"quote_vault";
/// What pauses of a market have used of their time: `[PAUSE_BUDGET, market]`.
pub const PAUSE_BUDGET: &[u8] = b"pause_budget";
/// The offer of a model: `[MODEL_TRANSFER, model]`.
pub const MODEL_TRANSFER: &[u8] = b"model_transfer";
/// A model's contributors: `[CONTRIBUTORS, model]`.
pub const CONTRIBUTORS: &[u8] = b"contributors";
/// The token of a result that was minted as content: `[CONTENT, request]`.
pub const CONTENT: &[u8] = b"content";
/// A referrer's account in a market: `[REFERRAL, market, referrer]`.
pub const REFERRAL: &[u8] = b"referral";
