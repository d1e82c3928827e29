//! Seeds of every address the vault program derives.

/// A model's vault: `[VAULT, model]`.
pub const VAULT: &[u8] = b"vault";
/// The token account of a vault's staked tokens: `[STAKE_TOKENS, vault]`.
pub const STAKE_TOKENS: &[u8] = b"stake_tokens";
/// A vault's revenue in one mint: `[POOL, vault, revenue_mint]`.
pub const POOL: &[u8] = b"pool";
/// The token account of a pool's revenue: `[POOL_TOKENS, pool]`.
pub const POOL_TOKENS: &[u8] = b"pool_tokens";
/// What one owner has staked in a vault: `[POSITION, vault, owner]`.
pub const POSITION: &[u8] = b"position";
