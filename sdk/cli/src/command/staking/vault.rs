use modchains_sdk::{
    Pubkey,
    decode::{Event, Fetched, Receipt, VaultEvent},
    vault::state::{RevenuePool, Vault},
};

use crate::{
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// A vault with its token and all of its pools.
pub struct Staking {
    /// The vault.
    pub vault: Fetched<Vault>,
    /// What is staked.
    pub token: TokenView,
    /// What it may earn from: the first, from which every position does, then the others.
    pub pools: Vec<Fetched<RevenuePool>>,
}

impl Staking {
    /// Reads the vault of a model.
    pub async fn load(connection: &Connection, model: &Pubkey) -> Result<Self> {
        let vault = connection.client.vault(model).await?;
        let token = connection.token(&vault.value.mint).await?;
        let pools = connection.client.pools(&vault.address).await?;
        Ok(Self { vault, token, pools })
    }

    /// Whose token is staked.
    pub const fn model(&self) -> &Pubkey {
        &self.vault.value.model
    }

    /// What is about to be done with so many tokens.
    pub fn about(&self, what: &'static str, token_atoms: u64) -> Report {
        Report::new().text("model", self.model()).amount(what, self.token.amount(token_atoms), &self.token.symbol)
    }

    /// Staked, cooling and withdrawable tokens after a transaction, by its event.
    pub fn show(&self, receipt: &Receipt) -> Report {
        let amount = |report: Report, key, atoms| report.amount(key, self.token.amount(atoms), &self.token.symbol);
        let report = Report::new().text("model", self.model());
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(VaultEvent::Staked(staked)) => {
                let report = amount(report, "added", staked.token_atoms);
                amount(report, "staked", staked.position_staked_atoms_after)
            }
            Event::Vault(VaultEvent::UnstakeStarted(started)) => {
                let report = amount(report, "staked", started.position_staked_atoms_after);
                let report = amount(report, "cooling", started.position_cooling_atoms_after);
                report.moment("withdrawable_from", started.cooling_until_seconds)
            }
            Event::Vault(VaultEvent::Unstaked(unstaked)) => amount(report, "withdrawn", unstaked.token_atoms),
            _ => report,
        });
        report.receipt(receipt)
    }
}
