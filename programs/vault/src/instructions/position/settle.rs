use anchor_lang::prelude::*;
use modchains_program_kit::{account, keys::same};

use crate::{
    errors::{VaultError, ensure},
    state::{Position, RevenuePool, Share},
};

/// Settles every share of `position`, whose address is `position_key`, and then has `change` move the stake of the share's
/// pool. The stake of a position may only change with this: each pool must stream what is due at the old total, and credit
/// what the old stake earned.
///
/// `accounts` are the position's shares, each once and followed by its pool, in any order.
pub(super) fn change_every_share<'info>(
    accounts: &'info [AccountInfo<'info>],
    position_key: &Pubkey,
    position: &Position,
    now_seconds: i64,
    change: impl Fn(&mut RevenuePool) -> Result<()>,
) -> Result<()> {
    let (pairs, rest) = accounts.as_chunks::<2>();
    let mut places = 0;
    for [share_account, pool_account] in pairs {
        let mut share = account::state_mut::<Share>(share_account, &crate::ID)?;
        let mut pool = account::state_mut::<RevenuePool>(pool_account, &crate::ID)?;
        share.require_of(position_key, pool_account.key)?;
        ensure(places & share.place_bit() == 0, VaultError::SharesIncomplete)?;
        places |= share.place_bit();
        pool.settle(&mut share.earnings, position.staked_atoms, now_seconds)?;
        change(&mut pool)?;
    }
    ensure(rest.is_empty() && places == position.share_places, VaultError::SharesIncomplete)
}

/// Refuses `pool` unless it is the first of `vault`.
#[inline(always)]
pub(super) fn require_first_pool(pool: &RevenuePool, vault: &Pubkey) -> Result<()> {
    ensure(same(&pool.vault, vault), VaultError::PoolOfAnotherVault)?;
    ensure(pool.is_first == 1, VaultError::PoolIsNotFirst)
}
