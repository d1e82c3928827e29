//! Seeds of every address the vault program derives.

pub use modchains_program_interface::vault::seeds::{POOL, VAULT};

/// The token account of a vault's staked tokens: `[STAKE_TOKENS, vault]`.
pub const STAKE_TOKENS: &[u8] = b"stake_tokens";
/// The token account of a pool's revenue: `[POOL_TOKENS, pool]`.
pub const POOL_TOKENS: &[u8] = b"pool_tokens";
/// What one owner has staked in a vault: `[POSITION, vault, owner]`.
pub const POSITION: &[u8] = b"position";
/// A position's share of a pool: `[SHARE, position, pool]`.
pub const SHARE: &[u8] = b"share";
/// Something that stakers decide about: `[PROPOSAL, vault, index]`, the index as eight bytes, little-endian.
pub const PROPOSAL: &[u8] = b"proposal";
/// What a passed proposal pays: `[GRANT, proposal]`.
pub const GRANT: &[u8] = b"grant";
