//! What a wallet did and has, over all models.

use std::collections::BTreeSet;

use modchains_exchange::state::Market;
use modchains_vault::state::Vault;

use super::Client;
use crate::{
    Pubkey, Result,
    address::{self, TOKEN_2022_PROGRAM},
    decode::{Fetched, FetchedMint},
    portfolio::{Act, Activity, Portfolio, WalletHistory, activities_of},
};

impl Client {
    /// What `owner` did in its last `transactions_max` transactions.
    ///
    /// # Errors
    /// As [`Self::landed`] and [`Self::records`].
    pub async fn wallet_history(&self, owner: &Pubkey, transactions_max: usize) -> Result<WalletHistory> {
        let mut landed = self.landed(owner, None, None, transactions_max).await?;
        landed.reverse();
        let receipts = self.records(&landed).await?;
        let succeeded = landed.iter().filter(|landed| !landed.has_failed).count();
        Ok(WalletHistory {
            activities: receipts.iter().flat_map(|receipt| activities_of(receipt, owner)).collect(),
            transactions: landed.len(),
            unreadable: succeeded.saturating_sub(receipts.len()),
            is_cut: landed.len() >= transactions_max,
            read_from_seconds: landed.first().and_then(|oldest| oldest.block_time_seconds),
        })
    }

    /// What `owner` holds of every model: in token accounts, staked, and what its last `transactions_max` transactions say
    /// that it cost and brought. Of a model whose tokens are all gone only what that history knows.
    ///
    /// # Errors
    /// As [`Self::wallet_history`], [`Self::token_accounts`] and [`Self::holdings`].
    pub async fn portfolio(&self, owner: &Pubkey, transactions_max: usize) -> Result<Portfolio> {
        let history = self.wallet_history(owner, transactions_max).await?;
        let stakes = self.holdings(owner).await?;
        let tokens = self.held_tokens(owner).await?;
        let (_, mints) = self.accounts(&tokens.iter().map(|(mint, _)| *mint).collect::<Vec<_>>()).await?;
        let mut markets = BTreeSet::new();
        for ((mint, _), account) in tokens.iter().zip(&mints) {
            let found = account.as_ref().and_then(|account| FetchedMint::decode(mint, account).ok());
            // Only a market mints the tokens of its model.
            markets.extend(found.and_then(|mint| mint.mint_authority));
        }
        markets.extend(stakes.iter().map(|stake| address::exchange::market(stake.model())));
        markets.extend(history.activities.iter().filter_map(traded_market));
        markets.extend(self.markets_of_vaults(&history).await?);
        let markets: Vec<Option<Fetched<Market>>> = self.states(&markets.into_iter().collect::<Vec<_>>()).await?;
        Portfolio::new(*owner, markets.into_iter().flatten().collect(), &tokens, stakes, history)
    }

    /// The mints of the owner's accounts under the token program of models, with what is held of each.
    async fn held_tokens(&self, owner: &Pubkey) -> Result<Vec<(Pubkey, u64)>> {
        let accounts = self.token_accounts(owner, &TOKEN_2022_PROGRAM).await?;
        Ok(accounts.into_iter().map(|account| (account.token.mint, account.atoms)).collect())
    }

    /// The markets of the models whose revenue was claimed.
    async fn markets_of_vaults(&self, history: &WalletHistory) -> Result<Vec<Pubkey>> {
        let vaults: BTreeSet<Pubkey> = history.activities.iter().filter_map(claimed_vault).collect();
        let vaults: Vec<Option<Fetched<Vault>>> = self.states(&vaults.into_iter().collect::<Vec<_>>()).await?;
        Ok(vaults.iter().flatten().map(|vault| address::exchange::market(&vault.value.model)).collect())
    }
}

const fn traded_market(activity: &Activity) -> Option<Pubkey> {
    match activity.act {
        Act::Bought { market, .. } | Act::Sold { market, .. } => Some(market),
        Act::Claimed { .. } => None,
    }
}

const fn claimed_vault(activity: &Activity) -> Option<Pubkey> {
    match activity.act {
        Act::Claimed { vault, .. } => Some(vault),
        Act::Bought { .. } | Act::Sold { .. } => None,
    }
}
