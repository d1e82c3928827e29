//! What the oracle knows of the vault program: the seeds of two addresses. It pays by `programs/kit`'s deposit.

use anchor_lang::prelude::*;

/// The vault program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::VAULT);
/// A model's vault: `[VAULT_SEED, model]`.
pub const VAULT_SEED: &[u8] = b"vault";
/// A vault's pool of one mint: `[POOL_SEED, vault, mint]`.
pub const POOL_SEED: &[u8] = b"pool";
