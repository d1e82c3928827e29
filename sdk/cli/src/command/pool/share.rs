use modchains_sdk::{
    client::{HeldShare, Holding, claimable_atoms},
    decode::{Event, VaultEvent},
    instruction::vault::{PoolPlace, pool_subscribe, pool_unsubscribe},
};

use super::place::{FurtherPool, POOL, Place};
use crate::{
    amount::Amount,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

impl FurtherPool {
    /// Opens your share of it.
    pub(super) async fn subscribe(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let place = Place::load(connection, &self.model, Some(self.mint)).await?;
        let holding = connection.client.holding(&place.model, &owner).await?;
        if held(&holding, self).is_some() {
            let what = format!("your position has a share of the {POOL} in {}", self.mint);
            return Err(CliError::unfit(what, "it earns from it already: see `modchains positions`"));
        }
        let token = connection.token(&holding.vault.value.mint).await?;
        let staked_atoms = holding.position.value.staked_atoms;
        let report = place.report().amount("earns_with", token.amount(staked_atoms), &token.symbol);
        let subscribe = pool_subscribe(&owner, &place.model, &self.mint);
        let receipt = connection.ask_and_send("Subscribing", &report, &[subscribe], signer).await?;
        Ok(report.receipt(&receipt))
    }

    /// Claims what is due from it, and closes your share of it.
    pub(super) async fn unsubscribe(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let place = Place::load(connection, &self.model, Some(self.mint)).await?;
        let holding = connection.client.holding(&place.model, &owner).await?;
        let Some(share) = held(&holding, self) else {
            let what = format!("your position has no share of a {POOL} in {}", self.mint);
            return Err(CliError::unfit(what, "see those that it has with `modchains positions`"));
        };
        let (pool, earnings) = (&share.pool.value, &share.share.value.earnings);
        let now_seconds = connection.client.now_seconds().await?;
        let due_atoms = claimable_atoms(pool, earnings, holding.position.value.staked_atoms, now_seconds);
        let unsubscribe = pool_unsubscribe(&owner, &place.model, &self.mint);
        // A claim of nothing is refused, and so is leaving with something due.
        let instructions = if due_atoms > 0 {
            let claim = holding.claim(&place.revenue.token, PoolPlace::Further).instruction;
            connection.receive(&owner, &owner, &place.revenue).enclose([claim, unsubscribe])
        } else {
            vec![unsubscribe]
        };
        let report = place.report().amount("rent", Amount::sol(share.share.lamports), "SOL");
        let about = report.clone().amount("claimable", place.revenue.amount(due_atoms), &place.revenue.symbol);
        let receipt = connection.ask_and_send("Unsubscribing", &about, &instructions, signer).await?;
        let paid = |event: &Event| match event {
            Event::Vault(VaultEvent::RevenueClaimed(claimed)) => Some(claimed.revenue_atoms),
            _ => None,
        };
        let paid_atoms: u64 = receipt.events.iter().find_map(paid).unwrap_or_default();
        Ok(report.amount("claimed", place.revenue.amount(paid_atoms), &place.revenue.symbol).receipt(&receipt))
    }
}

/// The share of a position in a mint, if it has one.
fn held<'a>(holding: &'a Holding, pool: &FurtherPool) -> Option<&'a HeldShare> {
    holding.shares.iter().find(|held| held.pool.value.revenue_mint == pool.mint)
}
