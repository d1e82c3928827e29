use std::collections::BTreeMap;

use clap::Args;
use modchains_sdk::{Pubkey, client::Holding};

use crate::{
    amount::Amount,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Arguments of `positions`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Staked tokens earn; cooling ones do not, and can be withdrawn from the time that is shown. What is claimable grows
with every second that something is streamed.

Example:
  modchains positions --owner ADDRESS"
)]
pub struct PositionsArgs {
    /// Only those of these models [default: of all].
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Whose stakes [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Pubkey>,
}

impl PositionsArgs {
    /// Lists them.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let owner = connection.address_or_own(self.owner)?;
        let stakes = connection.stakes(&owner, &self.models).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let tokens = connection.tokens(stakes.iter().flat_map(mints)).await?;
        let entries = stakes.iter().filter_map(|stake| show(stake, &tokens, now_seconds)).collect();
        const COLUMNS: &[&str] = &["model", "staked", "cooling", "withdrawable_from", "claimable", "further_pools"];
        Ok(Report::new().text("owner", owner).table("positions", COLUMNS, entries))
    }
}

impl Connection {
    /// What somebody has staked of these models, or of all when none is named.
    pub async fn stakes(&self, owner: &Pubkey, models: &[String]) -> Result<Vec<Holding>> {
        if models.is_empty() {
            return Ok(self.client.holdings(owner).await?);
        }
        let mut stakes = Vec::with_capacity(models.len());
        for model in models {
            stakes.push(self.client.holding(&self.find_model(model).await?, owner).await?);
        }
        Ok(stakes)
    }
}

/// The mints of a stake's token and of what it earns.
fn mints(stake: &Holding) -> impl Iterator<Item = Pubkey> + '_ {
    stake.earned_mints().into_iter().chain([stake.vault.value.mint])
}

/// What can be claimed of a stake, without pools that owe nothing.
pub fn claimable<'a>(
    stake: &Holding,
    tokens: &'a BTreeMap<Pubkey, TokenView>,
    now_seconds: i64,
) -> Vec<(Amount, &'a str, Pubkey)> {
    let owed = stake.claimable(now_seconds).into_iter().filter(|claimable| claimable.atoms > 0);
    let shown = owed.filter_map(|claimable| {
        let token = tokens.get(&claimable.mint)?;
        Some((token.amount(claimable.atoms), token.symbol.as_str(), claimable.mint))
    });
    shown.collect()
}

fn show(stake: &Holding, tokens: &BTreeMap<Pubkey, TokenView>, now_seconds: i64) -> Option<Report> {
    let token = tokens.get(&stake.vault.value.mint)?;
    let position = &stake.position.value;
    let report = Report::new()
        .address("model", stake.model())
        .text("position", stake.position.address)
        .text("vault", stake.vault.address)
        .amount("staked", token.amount(position.staked_atoms), &token.symbol)
        .amount("cooling", token.amount(position.cooling_atoms), &token.symbol)
        .time("withdrawable_from", position.cooling_until_seconds, now_seconds);
    let report = report.amounts("claimable", &claimable(stake, tokens, now_seconds));
    let mints = stake.share_mints();
    let symbols = mints.iter().filter_map(|mint| tokens.get(mint)).map(|token| token.symbol.as_str());
    let symbols = symbols.collect::<Vec<_>>().join(", ");
    let symbols = if symbols.is_empty() { "-".to_owned() } else { symbols };
    Some(report.value("further_pools", symbols, mints.iter().map(ToString::to_string).collect()))
}
