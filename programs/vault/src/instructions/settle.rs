use anchor_lang::prelude::*;

use crate::{
    errors::{VaultError, ensure},
    state::{Position, RevenuePool, Vault},
};

/// Settles `position` with every pool of `vault`. A stake may only change after this: each pool must stream what is due
/// at the old total, and credit the position what its old stake earned.
///
/// `first_pool` has index 0; `more_pools` are the others in the order of their indices, every one of them once.
pub(super) fn settle_every_pool<'info>(
    first_pool: &AccountLoader<'info, RevenuePool>,
    more_pools: &'info [AccountInfo<'info>],
    vault_key: &Pubkey,
    vault: &Vault,
    position: &mut Position,
    now_seconds: i64,
) -> Result<()> {
    ensure(more_pools.len().checked_add(1) == Some(vault.pool_count.into()), VaultError::PoolCountMismatch)?;
    let mut settle = |pool: &AccountLoader<'info, RevenuePool>, index: u8| {
        let mut pool = pool.load_mut()?;
        pool.require_place(vault_key, index)?;
        pool.settle(position, now_seconds, vault.staked_atoms)
    };
    settle(first_pool, 0)?;
    for (index, account) in (1..vault.pool_count).zip(more_pools) {
        settle(&AccountLoader::try_from(account)?, index)?;
    }
    Ok(())
}
