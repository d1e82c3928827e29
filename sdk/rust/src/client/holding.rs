//! What somebody has in a vault, with everything that a change of the stake or a claim must pass.

use modchains_exchange::state::{ExchangeConfig, Market, QuoteTerms};
use modchains_vault::state::{Earnings, Position, RevenuePool, SHARES_MAX, Share, Vault};

use super::Client;
use crate::{
    Pubkey, Result,
    address::vault,
    decode::Fetched,
    instruction::{
        Token,
        claim::Claim,
        exchange::TradeRoute,
        staking::Compound,
        vault::{PoolPlace, RevenueMints, revenue_claim},
    },
    quote::{TradeSide, TradeSize, quote},
};

/// Where a position names its owner.
const POSITION_OWNER: usize = 8 + std::mem::offset_of!(Position, owner);

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
    /// The model whose token is staked.
    pub const fn model(&self) -> &Pubkey {
        &self.vault.value.model
    }

    /// Staked and cooling tokens.
    pub const fn token_atoms(&self) -> u64 {
        // The vault holds both in one account, so the sum fits.
        self.position.value.staked_atoms.saturating_add(self.position.value.cooling_atoms)
    }

    /// The mints of everything that it earns in.
    pub fn earned_mints(&self) -> Vec<Pubkey> {
        [vec![self.first.value.revenue_mint], self.share_mints()].concat()
    }

    /// What pays everything claimable of one pool, whose revenue is in `revenue`, to the owner.
    pub fn claim(&self, revenue: &Token, place: PoolPlace) -> Claim {
        let (owner, model) = (self.position.value.owner, *self.model());
        Claim { model, revenue: *revenue, instruction: revenue_claim(&owner, &model, revenue, place) }
    }

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

    /// Puts what the first pool owes to stake again: what can be claimed at `now_seconds` buys at the model's `market`, for up
    /// to `slippage_bps` fewer tokens than it is quoted, until `deadline_seconds` and as long as no sync moves the curve.
    /// `shares` are [`Self::share_mints`].
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] when the market would refuse the buy, or nothing can be claimed.
    ///
    /// [`SdkError::NotQuoted`]: crate::SdkError::NotQuoted
    pub fn compound<'a>(
        &self,
        market: &Market,
        quote_token: Token,
        shares: &'a [Pubkey],
        slippage_bps: u16,
        deadline_seconds: i64,
        now_seconds: i64,
    ) -> Result<Compound<'a>> {
        let position = &self.position.value;
        let claimable_atoms =
            claimable_atoms(&self.first.value, &position.earnings, position.staked_atoms, now_seconds);
        let offer = quote(market, TradeSide::Buy, TradeSize::ExactIn(claimable_atoms), now_seconds)?;
        Ok(Compound {
            owner: position.owner,
            model: self.vault.value.model,
            quote: quote_token,
            revenue: self.revenue_mints(shares),
            token_atoms: offer.min_out(slippage_bps)?,
            max_quote_atoms_in: claimable_atoms,
            rules_counter: self.vault.value.rules_counter,
            terms: QuoteTerms { deadline_seconds, max_epoch: offer.max_epoch },
            route: TradeRoute { referrer: None, launch: offer.launch_ends_at_seconds.is_some() },
        })
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
        let shares = self.held_shares(&position).await?;
        Ok(Holding { vault, position, first, shares })
    }

    /// What `owner` has in all vaults, in the order of their models' addresses.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn holdings(&self, owner: &Pubkey) -> Result<Vec<Holding>> {
        let positions: Vec<Fetched<Position>> = self.list(&[(POSITION_OWNER, owner.as_ref())]).await?;
        let addresses: Vec<Pubkey> = positions.iter().map(|position| position.value.vault).collect();
        let vaults: Vec<Option<Fetched<Vault>>> = self.states(&addresses).await?;
        // A vault closes only when nothing is staked or cooling in it, and takes no position with it.
        let open: Vec<_> =
            positions.into_iter().zip(vaults).filter_map(|(position, vault)| Some((position, vault?))).collect();
        let firsts: Vec<Pubkey> =
            open.iter().map(|(_, vault)| vault::pool(&vault.address, &vault.value.quote_mint)).collect();
        let firsts: Vec<Option<Fetched<RevenuePool>>> = self.states(&firsts).await?;
        let mut holdings = Vec::with_capacity(open.len());
        for ((position, vault), first) in open.into_iter().zip(firsts) {
            let Some(first) = first else { continue };
            let shares = self.held_shares(&position).await?;
            holdings.push(Holding { vault, position, first, shares });
        }
        holdings.sort_unstable_by_key(|holding| *holding.model());
        Ok(holdings)
    }

    /// The shares of a position with their pools. Asks nothing when it has none.
    async fn held_shares(&self, position: &Fetched<Position>) -> Result<Vec<HeldShare>> {
        if position.value.share_places == 0 {
            return Ok(Vec::new());
        }
        let shares: Vec<Fetched<Share>> = self.list(&[(SHARE_POSITION, position.address.as_ref())]).await?;
        let pools: Vec<Pubkey> = shares.iter().map(|share| share.value.pool).collect();
        let pools: Vec<Option<Fetched<RevenuePool>>> = self.states(&pools).await?;
        let held = |(share, pool): (Fetched<Share>, Option<_>)| Some(HeldShare { share, pool: pool? });
        Ok(shares.into_iter().zip(pools).filter_map(held).collect())
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    fn pool(mint: u8, is_first: bool, unstreamed_atoms: u64) -> Fetched<RevenuePool> {
        let value = RevenuePool {
            revenue_mint: Pubkey::from([mint; 32]),
            is_first: is_first.into(),
            unstreamed_atoms,
            ..RevenuePool::zeroed()
        };
        Fetched { address: Pubkey::new_unique(), value, lamports: 0, slot: 0 }
    }

    #[test]
    fn a_position_subscribes_to_allowed_mints_that_stream_first_and_to_no_more_than_it_has_room_for() {
        let allowed: Vec<u8> = (1..=8).collect();
        let mut config = ExchangeConfig::zeroed();
        for (place, mint) in config.quote_mints.iter_mut().zip(&allowed) {
            *place = Pubkey::from([*mint; 32]);
        }
        let mut pools = vec![pool(1, true, 9), pool(40, false, u64::MAX)];
        pools.extend([2, 3, 4, 5, 6, 7, 8].map(|mint| pool(mint, false, u64::from(mint == 7))));
        let mints = |expected: &[u8]| expected.iter().map(|mint| Pubkey::from([*mint; 32])).collect::<Vec<_>>();
        assert_eq!(subscribable(&pools, &config, &[]), mints(&[7, 2, 3, 4, 5, 6, 8]));
        assert_eq!(subscribable(&pools, &config, &mints(&[7, 2, 40])), mints(&[3, 4, 5, 6, 8]));
        assert_eq!(subscribable(&pools, &config, &mints(&[40, 41, 42, 43, 44, 45, 46])), mints(&[7]));
        assert!(subscribable(&pools, &config, &mints(&[40, 41, 42, 43, 44, 45, 46, 47])).is_empty());
    }

    #[test]
    fn claimable_is_what_was_settled_and_what_streamed_since() {
        let pool = RevenuePool {
            staked_atoms: 10,
            unstreamed_atoms: 1_000,
            remaining_seconds: 100,
            updated_at_seconds: 50,
            ..RevenuePool::zeroed()
        };
        let earnings = Earnings { claimable_atoms: 7, ..Earnings::default() };
        let claimable = |now_seconds| claimable_atoms(&pool, &earnings, 5, now_seconds);
        assert_eq!([0, 50, 100, 150, 900].map(claimable), [7, 7, 7 + 250, 7 + 500, 7 + 500]);
    }
}
