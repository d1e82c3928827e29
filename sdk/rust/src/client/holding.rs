//! What somebody has in a vault, with everything that a change of the stake or a claim must pass.

use modchains_exchange::state::ExchangeConfig;
use modchains_vault::state::{Earnings, Position, RevenuePool, SHARES_MAX, Share, Vault};

use super::Client;
use crate::{
    Pubkey, Result,
    address::vault,
    decode::Fetched,
    instruction::vault::{PoolPlace, RevenueMints},
};

/// Where a pool names its vault.
const POOL_VAULT: usize = 8 + std::mem::offset_of!(RevenuePool, vault);
/// Where a share names its position.
const SHARE_POSITION: usize = 8 + std::mem::offset_of!(Share, position);

/// A position with its vault and everything that it earns from.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The vault.
    pub vault: Fetched<Vault>,
    /// The position.
    pub position: Fetched<Position>,
    /// The vault's first pool.
    pub first: Fetched<RevenuePool>,
    /// The position's shares of further pools.
    pub shares: Vec<HeldShare>,
}

/// A share with its pool.
#[derive(Debug, Clone)]
pub struct HeldShare {
    /// The share.
    pub share: Fetched<Share>,
    /// What it earns from.
    pub pool: Fetched<RevenuePool>,
}

/// What a position can claim of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimable {
    /// Mint of the revenue.
    pub mint: Pubkey,
    /// Which pool.
    pub place: PoolPlace,
    /// Revenue atoms.
    pub atoms: u64,
}

impl Holding {
    /// The mints of the pools that the position has shares of, as [`RevenueMints`] takes them.
    pub fn share_mints(&self) -> Vec<Pubkey> {
        self.shares.iter().map(|held| held.pool.value.revenue_mint).collect()
    }

    /// What a change of the stake must pass, given [`Self::share_mints`].
    pub const fn revenue_mints<'a>(&self, shares: &'a [Pubkey]) -> RevenueMints<'a> {
        RevenueMints { first: self.first.value.revenue_mint, shares }
    }

    /// What can be claimed at a time, of every pool that the position earns from; zero where nothing is.
    pub fn claimable(&self, now_seconds: i64) -> Vec<Claimable> {
        let staked_atoms = self.position.value.staked_atoms;
        let of = |pool: &RevenuePool, earnings: &Earnings, place| Claimable {
            mint: pool.revenue_mint,
            place,
            atoms: claimable_atoms(pool, earnings, staked_atoms, now_seconds),
        };
        let first = of(&self.first.value, &self.position.value.earnings, PoolPlace::First);
        let shares = self.shares.iter();
        let shares = shares.map(|held| of(&held.pool.value, &held.share.value.earnings, PoolPlace::Further));
        std::iter::once(first).chain(shares).collect()
    }

    /// Mints of the pools that the position should subscribe to: those of `pools` that it earns nothing from yet, in mints
    /// that the exchange allows, so that junk never takes a place; those with something to stream first, and as many as the
    /// position has room for.
    pub fn to_subscribe(&self, pools: &[Fetched<RevenuePool>], config: &ExchangeConfig) -> Vec<Pubkey> {
        subscribable(pools, config, &self.share_mints())
    }
}

/// As [`Holding::to_subscribe`], for a position that has shares of the pools in the mints `taken`.
pub fn subscribable(pools: &[Fetched<RevenuePool>], config: &ExchangeConfig, taken: &[Pubkey]) -> Vec<Pubkey> {
    let mut open: Vec<&RevenuePool> = pools
        .iter()
        .map(|pool| &pool.value)
        .filter(|pool| pool.is_first == 0 && config.allows(&pool.revenue_mint))
        .filter(|pool| !taken.contains(&pool.revenue_mint))
        .collect();
    open.sort_by_key(|pool| (pool.unstreamed_atoms == 0, pool.revenue_mint));
    let room = usize::from(SHARES_MAX).saturating_sub(taken.len());
    open.into_iter().take(room).map(|pool| pool.revenue_mint).collect()
}

/// Revenue atoms that a position of `staked_atoms` could claim of a pool at a time, not before the pool's last move: what
/// was settled, and what the stream gave since.
pub fn claimable_atoms(pool: &RevenuePool, earnings: &Earnings, staked_atoms: u64, now_seconds: i64) -> u64 {
    let stream = pool.stream().advance(now_seconds.max(pool.updated_at_seconds), pool.staked_atoms);
    let earned = stream.and_then(|stream| stream.claimable(staked_atoms, earnings.checkpoint()));
    // No pool that the program wrote makes the formulas fail.
    earnings.claimable_atoms.saturating_add(earned.unwrap_or(0))
}

impl Client {
    /// All pools of a vault: the first, then the others in the order of their mints.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn pools(&self, vault: &Pubkey) -> Result<Vec<Fetched<RevenuePool>>> {
        let mut pools: Vec<Fetched<RevenuePool>> = self.list(&[(POOL_VAULT, vault.as_ref())]).await?;
        pools.sort_by_key(|pool| (pool.value.is_first == 0, pool.value.revenue_mint));
        Ok(pools)
    }

    /// What `owner` has in a model's vault, with everything that it earns from.
    ///
    /// # Errors
    /// As [`Self::state`] and [`Self::list`].
    pub async fn holding(&self, model: &Pubkey, owner: &Pubkey) -> Result<Holding> {
        let vault = self.vault(model).await?;
        let position = self.position(model, owner).await?;
        let first = self.state(&vault::pool(&vault.address, &vault.value.quote_mint)).await?;
        let mut shares = Vec::new();
        if position.value.share_places != 0 {
            for share in self.list::<Share>(&[(SHARE_POSITION, position.address.as_ref())]).await? {
                let pool = self.state(&share.value.pool).await?;
                shares.push(HeldShare { share, pool });
            }
        }
        Ok(Holding { vault, position, first, shares })
    }
}
