//! What an action is about.

use anchor_lang::prelude::Pubkey;
use modchains_vault::state::{Position, RevenuePool, Share, Vault};

use crate::{pick::Pick, setup::Setup};

/// A position that fits, or now and then any, with its address and its vault.
pub fn position(
    setup: &Setup,
    pick: &mut Pick,
    fits: impl Fn(&Pubkey, &Position) -> bool,
) -> Option<(Pubkey, Position, Vault)> {
    let careless = pick.percent(5);
    // A vault that was closed has left its empty positions behind.
    let here = setup.ledger.positions.iter().filter(|(_, position)| setup.ledger.vaults.contains_key(&position.vault));
    let positions: Vec<_> = here.filter(|(address, position)| careless || fits(address, position)).collect();
    let (address, position) = *pick.one(&positions)?;
    Some((*address, *position, *setup.ledger.vaults.get(&position.vault)?))
}

/// The shares of a position, each with its pool.
pub fn shares(setup: &Setup, position: &Pubkey) -> Vec<(Share, RevenuePool)> {
    let of_position = setup.ledger.shares.values().filter(|share| share.position == *position);
    of_position.filter_map(|share| Some((*share, *setup.ledger.pools.get(&share.pool)?))).collect()
}

/// A pool that fits, or now and then any, with its address and its vault.
pub fn pool(
    setup: &Setup,
    pick: &mut Pick,
    fits: impl Fn(&RevenuePool) -> bool,
) -> Option<(Pubkey, RevenuePool, Vault)> {
    let careless = pick.percent(5);
    let here = setup.ledger.pools.iter().filter(|(_, pool)| setup.ledger.vaults.contains_key(&pool.vault));
    let pools: Vec<_> = here.filter(|(_, pool)| careless || fits(pool)).collect();
    let (address, pool) = *pick.one(&pools)?;
    Some((*address, *pool, *setup.ledger.vaults.get(&pool.vault)?))
}

/// What was sent to a token account and not swept.
pub fn gifts(setup: &Setup, tokens: &Pubkey) -> u64 {
    setup.memory.gifts.get(tokens).copied().unwrap_or(0)
}
