//! What a wallet has of every model, what it cost and what it brought, from chain data alone.
//!
//! [`CostBasis`] and [`activities_of`] are pure: whoever reads transactions in another way can account with them all the
//! same. [`crate::client::Client::portfolio`] reads everything.

mod activity;
mod cost;

use std::collections::BTreeMap;

use modchains_core::{CoreError, math::mul_q64_floor};
use modchains_exchange::{errors::ExchangeError, state::Market};

pub use activity::{Act, Activity, activities_of};
pub use cost::{CostBasis, Held, Lot, Sale};

use crate::{
    Pubkey, Result, SdkError,
    address::{exchange, vault},
    client::Holding,
    decode::Fetched,
    quote::{TradeSide, TradeSize, quote},
};

/// What a wallet did, oldest first, and how far back that was read.
#[derive(Debug, Clone, Default)]
pub struct WalletHistory {
    /// In order.
    pub activities: Vec<Activity>,
    /// How many transactions were looked through, failed ones among them.
    pub transactions: usize,
    /// How many of them the endpoint lists but has no record of any more.
    pub unreadable: usize,
    /// Whether there may be older ones.
    pub is_cut: bool,
    /// When the oldest one landed, unix seconds; none when there was none, or the node does not know.
    pub read_from_seconds: Option<i64>,
}

impl WalletHistory {
    /// Whether everything that the wallet ever did was read.
    pub const fn is_whole(&self) -> bool {
        !self.is_cut && self.unreadable == 0
    }
}

/// What a wallet has of one model.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The model's market.
    pub market: Fetched<Market>,
    /// Token atoms in the wallet's token accounts.
    pub token_atoms: u64,
    /// What it has in the model's vault.
    pub stake: Option<Holding>,
    /// What its tokens cost and brought.
    pub cost: CostBasis,
    /// Revenue that was claimed, by mint.
    pub claimed: BTreeMap<Pubkey, u64>,
}

/// What a wallet has of every model, in the order of their addresses.
#[derive(Debug, Clone)]
pub struct Portfolio {
    /// Whose it is.
    pub owner: Pubkey,
    /// By model.
    pub assets: Vec<Asset>,
    /// What the wallet did, each with the model it concerns and, of a sale, what was sold; no model where neither market
    /// nor vault exists any more.
    pub entries: Vec<Entry>,
    /// How far back was read.
    pub history: WalletHistory,
}

/// One thing that the wallet did.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What.
    pub activity: Activity,
    /// With the tokens of which model.
    pub model: Option<Pubkey>,
    /// What a sale sold, by the purchases before it.
    pub sale: Option<Sale>,
}

/// What tokens are worth, in quote atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// What the sale of all of them in one trade would pay now, after the fee; none when the market would refuse it.
    pub bid_atoms: Option<u64>,
    /// At the spot price, which no sale of more than nothing gets.
    pub spot_atoms: u64,
}

impl Portfolio {
    /// Accounts for what was read: `tokens` are mints with what is held of each.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] when a sum exceeds 64 bits.
    pub fn new(
        owner: Pubkey,
        markets: Vec<Fetched<Market>>,
        tokens: &[(Pubkey, u64)],
        stakes: Vec<Holding>,
        history: WalletHistory,
    ) -> Result<Self> {
        let mut stakes: BTreeMap<Pubkey, Holding> = stakes.into_iter().map(|stake| (*stake.model(), stake)).collect();
        let mut assets = BTreeMap::new();
        for market in markets {
            let model = market.value.model;
            let of_model = tokens.iter().filter(|(mint, _)| *mint == market.value.mint);
            let token_atoms = of_model.fold(0, |sum: u64, (_, atoms)| sum.saturating_add(*atoms));
            let (stake, cost, claimed) = (stakes.remove(&model), CostBasis::default(), BTreeMap::new());
            assets.insert(model, Asset { market, token_atoms, stake, cost, claimed });
        }
        let places = Places::new(assets.keys());
        let mut entries = Vec::with_capacity(history.activities.len());
        for activity in &history.activities {
            let model = places.model(&activity.act);
            let asset = model.and_then(|model| assets.get_mut(&model));
            let sale = asset.map(|asset| asset.count(&activity.act)).transpose().map_err(not_accounted)?;
            entries.push(Entry { activity: *activity, model, sale: sale.flatten() });
        }
        Ok(Self { owner, assets: assets.into_values().collect(), entries, history })
    }
}

/// Which model a market or a vault belongs to.
struct Places(BTreeMap<Pubkey, Pubkey>);

impl Places {
    fn new<'a>(models: impl Iterator<Item = &'a Pubkey>) -> Self {
        let both = |model: &Pubkey| [(exchange::market(model), *model), (vault::vault(model), *model)];
        Self(models.flat_map(both).collect())
    }

    fn model(&self, act: &Act) -> Option<Pubkey> {
        let (Act::Bought { market: place, .. } | Act::Sold { market: place, .. } | Act::Claimed { vault: place, .. }) =
            act;
        self.0.get(place).copied()
    }
}

impl Asset {
    /// The model whose token it is.
    pub const fn model(&self) -> &Pubkey {
        &self.market.value.model
    }

    /// Token atoms in the wallet, staked and cooling.
    pub fn held_atoms(&self) -> u64 {
        // Tokens of one mint, whose supply fits.
        self.token_atoms.saturating_add(self.stake.as_ref().map_or(0, Holding::token_atoms))
    }

    /// What is left of the purchases, by where it is.
    ///
    /// # Errors
    /// As [`CostBasis::held`].
    pub fn held(&self) -> Result<Held> {
        self.cost.held(self.held_atoms()).map_err(not_accounted)
    }

    /// What is held would be worth so much, at the bid and at the spot price.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] of an empty curve, which no market has.
    pub fn worth(&self, now_seconds: i64) -> Result<Worth> {
        let (market, held_atoms) = (&self.market.value, self.held_atoms());
        if held_atoms == 0 {
            return Ok(Worth { bid_atoms: Some(0), spot_atoms: 0 });
        }
        let sale = quote(market, TradeSide::Sell, TradeSize::ExactIn(held_atoms), now_seconds);
        let spot_atoms = market.curve().spot_price_q64().and_then(|price_q64| mul_q64_floor(held_atoms, price_q64));
        Ok(Worth { bid_atoms: sale.ok().map(|sale| sale.atoms_out), spot_atoms: spot_atoms.map_err(not_accounted)? })
    }

    /// What a sale at the bid of what is held would bring beyond its cost, as far as it was bought; none when the market
    /// would refuse the sale.
    ///
    /// # Errors
    /// As [`Self::held`].
    pub fn unrealised_atoms(&self, worth: &Worth) -> Result<Option<i128>> {
        let held = self.held()?;
        worth.bid_atoms.map(|bid_atoms| held.unrealised_atoms(bid_atoms).map_err(not_accounted)).transpose()
    }

    fn count(&mut self, act: &Act) -> modchains_core::Result<Option<Sale>> {
        match *act {
            Act::Bought { token_atoms, quote_atoms, .. } => self.cost.buy(token_atoms, quote_atoms).map(|()| None),
            Act::Sold { token_atoms, quote_atoms, .. } => self.cost.sell(token_atoms, quote_atoms).map(Some),
            Act::Claimed { revenue_mint, revenue_atoms, .. } => {
                let claimed = self.claimed.entry(revenue_mint).or_default();
                *claimed = claimed.checked_add(revenue_atoms).ok_or(CoreError::Overflow)?;
                Ok(None)
            }
        }
    }
}

fn not_accounted(error: CoreError) -> SdkError {
    SdkError::NotQuoted {
        name: format!("{:?}", ExchangeError::from(error)),
        reason: "the wallet's sums exceed 64 bits".to_owned(),
        remedy: "read fewer of its transactions",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_exchange::state::MarketParams;
    use solana_signature::Signature;

    use super::*;

    const TOKENS: u64 = 1_000_000_000;

    /// A market 10^9 tokens deep with 30 SOL virtual, a fee of 1 % and some tokens in circulation.
    fn market(model: Pubkey) -> Fetched<Market> {
        let params = MarketParams {
            fee_bps: 100,
            reserve_bps: 4_000,
            vault_bps: 2_500,
            creator_bps: 1_500,
            protocol_bps: 2_000,
            premium_min_ppm: 1_050_000,
            ..MarketParams::zeroed()
        };
        let market = Market {
            model,
            mint: exchange::mint(&model),
            depth_atoms: 1_000_000_000_000_000,
            depth_opening_atoms: 1_000_000_000_000_000,
            supply_floor_atoms: 47_619_047_619_048,
            virtual_atoms: 30_000_000_000,
            reserve_atoms: 3_000_000_000,
            circulating_atoms: 90_909_090_909_090,
            params,
            ..Market::zeroed()
        };
        Fetched { address: exchange::market(&model), value: market, lamports: 0, slot: 0 }
    }

    fn history(acts: &[Act]) -> WalletHistory {
        let activity = |act: &Act| Activity { signature: Signature::default(), at_seconds: Some(1), act: *act };
        WalletHistory { activities: acts.iter().map(activity).collect(), ..WalletHistory::default() }
    }

    #[test]
    fn trades_and_claims_are_counted_with_their_own_model() {
        let [one, other, unknown] = [(); 3].map(|()| Pubkey::new_unique());
        let (revenue_mint, mint) = (Pubkey::new_unique(), exchange::mint(&one));
        let acts = [
            Act::Bought { market: exchange::market(&one), token_atoms: 3 * TOKENS, quote_atoms: 300 },
            Act::Bought { market: exchange::market(&other), token_atoms: TOKENS, quote_atoms: 7 },
            Act::Sold { market: exchange::market(&one), token_atoms: TOKENS, quote_atoms: 150 },
            Act::Claimed { vault: vault::vault(&one), revenue_mint, revenue_atoms: 11 },
            Act::Claimed { vault: vault::vault(&one), revenue_mint, revenue_atoms: 4 },
            Act::Claimed { vault: vault::vault(&unknown), revenue_mint, revenue_atoms: 999 },
        ];
        let tokens = [(mint, TOKENS), (Pubkey::new_unique(), 5), (mint, 2 * TOKENS)];
        let markets = vec![market(one), market(other)];
        let portfolio = Portfolio::new(Pubkey::new_unique(), markets, &tokens, Vec::new(), history(&acts)).unwrap();
        let of = |model| portfolio.assets.iter().find(|asset| *asset.model() == model).unwrap();
        let (held, cost) = (of(one).held().unwrap(), of(one).cost);
        assert_eq!((of(one).token_atoms, held.unbought_atoms, held.bought.quote_atoms), (3 * TOKENS, TOKENS, 200));
        assert_eq!((cost.realised_atoms(), cost.paid_atoms().unwrap()), (50, 300));
        assert_eq!(of(one).claimed, BTreeMap::from([(revenue_mint, 15)]));
        // Two of its three tokens were bought, for 200.
        let worth = |bid_atoms| Worth { bid_atoms, spot_atoms: 0 };
        assert_eq!(of(one).unrealised_atoms(&worth(Some(600))).unwrap(), Some(200));
        assert_eq!(of(one).unrealised_atoms(&worth(None)).unwrap(), None);
        // What was bought and is not there was transferred away, and its cost with it.
        assert_eq!(of(other).held().unwrap().gone, Lot { token_atoms: TOKENS, quote_atoms: 7 });
        let models: Vec<Option<Pubkey>> = portfolio.entries.iter().map(|entry| entry.model).collect();
        assert_eq!(models, [Some(one), Some(other), Some(one), Some(one), Some(one), None]);
        assert_eq!(portfolio.entries[2].sale.unwrap().profit_atoms(), 50);
    }

    #[test]
    fn a_sale_of_everything_pays_less_than_the_spot_price() {
        let model = Pubkey::new_unique();
        let held_atoms = 50_000_000_000_000;
        let asset = Asset {
            market: market(model),
            token_atoms: held_atoms,
            stake: None,
            cost: CostBasis::default(),
            claimed: BTreeMap::new(),
        };
        let worth = asset.worth(9).unwrap();
        let quoted = quote(&asset.market.value, TradeSide::Sell, TradeSize::ExactIn(held_atoms), 9).unwrap();
        assert_eq!(worth.bid_atoms, Some(quoted.atoms_out));
        assert!(quoted.atoms_out > 0 && quoted.atoms_out < worth.spot_atoms, "{worth:?}");
        let too_many = Asset { token_atoms: u64::MAX / 2, ..asset.clone() };
        assert_eq!(too_many.worth(9).unwrap().bid_atoms, None, "more than circulates");
        let nothing = Asset { token_atoms: 0, ..asset };
        assert_eq!(nothing.worth(9).unwrap(), Worth { bid_atoms: Some(0), spot_atoms: 0 });
    }
}
