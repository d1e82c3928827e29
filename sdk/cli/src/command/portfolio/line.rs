//! A model's line in a portfolio.

use std::collections::BTreeMap;

use modchains_sdk::{
    Pubkey,
    client::Holding,
    portfolio::{Asset, Held, Worth},
};

use crate::{
    amount::{Amount, SignedAmount, price},
    command::staking::claimable,
    connection::TokenView,
    error::Result,
    output::Report,
};

/// A model's tokens with what the table and the file say about it.
pub struct Line<'a> {
    pub asset: &'a Asset,
    pub token: &'a TokenView,
    pub quote: &'a TokenView,
    pub held: Held,
    pub worth: Worth,
    /// What a sale of what is held would pay beyond what it cost, as far as it was bought; none when the market would
    /// refuse the sale.
    pub unrealised_atoms: Option<i128>,
}

/// The tokens that anything in a portfolio is counted in.
pub type Tokens = BTreeMap<Pubkey, TokenView>;

/// The mints of a model's token, of what it trades against, and of what its stakers earned.
pub fn mints(asset: &Asset) -> impl Iterator<Item = Pubkey> + '_ {
    let earned = asset.stake.iter().flat_map(Holding::earned_mints);
    earned.chain(asset.claimed.keys().copied()).chain([asset.market.value.mint, asset.market.value.quote_mint])
}

impl<'a> Line<'a> {
    /// None of a model whose token or quote token cannot be read.
    pub fn of(asset: &'a Asset, tokens: &'a Tokens, now_seconds: i64) -> Result<Option<Self>> {
        let market = &asset.market.value;
        let (Some(token), Some(quote)) = (tokens.get(&market.mint), tokens.get(&market.quote_mint)) else {
            return Ok(None);
        };
        let worth = asset.worth(now_seconds)?;
        let unrealised_atoms = asset.unrealised_atoms(&worth)?;
        Ok(Some(Self { asset, token, quote, held: asset.held()?, worth, unrealised_atoms }))
    }

    pub fn unrealised(&self) -> Option<SignedAmount> {
        self.unrealised_atoms.map(|atoms| self.quote.signed(atoms))
    }

    /// What sales brought beyond what it had cost.
    pub fn realised(&self) -> SignedAmount {
        self.quote.signed(self.asset.cost.realised_atoms())
    }

    /// What a token with a known purchase cost on average.
    pub fn average_cost(&self) -> Option<String> {
        let bought = &self.held.bought;
        price(bought.quote_atoms, self.quote.decimals, bought.token_atoms, self.token.decimals)
    }

    pub fn claimable<'t>(&self, tokens: &'t Tokens, now_seconds: i64) -> Vec<(Amount, &'t str, Pubkey)> {
        self.asset.stake.as_ref().map(|stake| claimable(stake, tokens, now_seconds)).unwrap_or_default()
    }

    pub fn claimed<'t>(&self, tokens: &'t Tokens) -> Vec<(Amount, &'t str, Pubkey)> {
        let claimed = self.asset.claimed.iter().filter_map(|(mint, atoms)| {
            let token = tokens.get(mint)?;
            Some((token.amount(*atoms), token.symbol.as_str(), *mint))
        });
        claimed.collect()
    }

    pub fn staked_and_cooling(&self) -> (u64, u64) {
        let position = self.asset.stake.as_ref().map(|stake| &stake.position.value);
        position.map_or((0, 0), |position| (position.staked_atoms, position.cooling_atoms))
    }

    pub fn report(&self, tokens: &Tokens, now_seconds: i64) -> Report {
        let (asset, cost, held) = (self.asset, &self.asset.cost, &self.held);
        let (staked_atoms, cooling_atoms) = self.staked_and_cooling();
        let counted = |report: Report, key, atoms| report.amount(key, self.token.amount(atoms), &self.token.symbol);
        let money = |report: Report, key, atoms| report.amount(key, self.quote.amount(atoms), &self.quote.symbol);
        let report = Report::new().address("model", asset.model()).text("mint", asset.market.value.mint);
        let report = counted(report, "held", asset.held_atoms());
        let report = counted(report, "in_wallet", asset.token_atoms);
        let report = counted(report, "staked", staked_atoms);
        let report = counted(report, "cooling", cooling_atoms);
        let report = counted(report, "without_purchase", held.unbought_atoms);
        let bid = self.worth.bid_atoms.map(|atoms| self.quote.signed(atoms.into()));
        let report = report.signed("value_at_bid", bid, &self.quote.symbol);
        let report = money(report, "value_at_spot", self.worth.spot_atoms);
        let report = money(report, "cost", held.bought.quote_atoms);
        let report = report
            .price("average_cost", self.average_cost(), &self.quote.symbol)
            .signed("unrealised", self.unrealised(), &self.quote.symbol)
            .signed("realised", Some(self.realised()), &self.quote.symbol);
        let report = counted(report, "sold_without_purchase", cost.sold_unbought.token_atoms);
        let report = money(report, "sold_without_purchase_brought", cost.sold_unbought.quote_atoms);
        let report = counted(report, "transferred_away", held.gone.token_atoms);
        let report = money(report, "transferred_away_cost", held.gone.quote_atoms);
        report.amounts("claimable", &self.claimable(tokens, now_seconds)).amounts("claimed", &self.claimed(tokens))
    }
}
