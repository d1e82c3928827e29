//! What a wallet has of every model, what it cost and what it brought.

mod export;
mod line;
mod totals;

use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{Pubkey, portfolio::Portfolio};

use self::line::{Line, Tokens, mints};
use crate::{
    connection::{Connection, spinner},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `portfolio`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Everything is read from the chain. Cost and profit come from the wallet's own trades, by the average-cost method: a
sale takes the average cost of what was bought before it. Payments count with the trade fee, receipts after it; fees of
the network and rent are not counted. Tokens that came without a purchase (a transfer, or a purchase before the oldest
transaction that was read) are shown as such and have no cost; bought tokens that are neither held nor sold were
transferred away, and their cost with them. The value at the bid is what the sale of everything in one trade would pay
now; nobody gets the spot price for more than an atom. Claimed revenue is income and changes no cost.

--csv writes a line for each model: model, token, mint, currency, in_wallet, staked, cooling, held, without_purchase, cost,
average_cost, value_at_bid, value_at_spot, unrealised, realised, sold_without_purchase_brought, transferred_away,
transferred_away_cost, claimable, claimed. Amounts are in tokens; those of money are in the currency, which is what the
model's market trades against. claimable and claimed can have several amounts, parted by semicolons.

--csv-events writes a line for each trade and claim: time (UTC), unix_seconds, event (bought, sold, claimed), model, token,
tokens, currency, amount (paid, received or claimed), cost and profit (of a sale, as far as its tokens were bought),
without_purchase (tokens sold that were not bought), without_purchase_brought, signature.

Examples:
  modchains portfolio
  modchains portfolio --owner ADDRESS --last 20000 --csv models.csv --csv-events events.csv"
)]
pub struct PortfolioArgs {
    /// Whose [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Pubkey>,
    /// How many of the wallet's last transactions to read for cost and profit.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    last: u32,
    /// Write a line for each model to this file. An existing one is replaced.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write a line for each trade and claim to this file. An existing one is replaced.
    #[arg(long, value_name = "FILE")]
    csv_events: Option<PathBuf>,
}

impl PortfolioArgs {
    /// Reads, accounts, writes and shows.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let owner = connection.address_or_own(self.owner)?;
        let spinner = spinner("Reading the wallet's history");
        let read = connection.client.portfolio(&owner, usize::try_from(self.last).unwrap_or(usize::MAX)).await;
        spinner.finish_and_clear();
        let portfolio = read?;
        let now_seconds = connection.client.now_seconds().await?;
        let tokens = connection.tokens(portfolio.assets.iter().flat_map(mints)).await?;
        let mut lines = Vec::with_capacity(portfolio.assets.len());
        for asset in &portfolio.assets {
            lines.extend(Line::of(asset, &tokens, now_seconds)?);
        }
        self.write(&portfolio, &lines, &tokens, now_seconds)?;
        let history = &portfolio.history;
        let report = Report::new()
            .text("owner", owner)
            .number("transactions_read", history.transactions as u64)
            .number("transactions_unreadable", history.unreadable as u64)
            .flag("older_left_out", history.is_cut);
        let report = match history.read_from_seconds {
            Some(at_seconds) => report.time("read_from", at_seconds, now_seconds),
            None => report.maybe("read_from", None::<String>),
        };
        let report = if history.is_whole() {
            report
        } else {
            let remedy = "read more with --last, or ask an endpoint that keeps more with --url";
            report.text("note", format!("purchases before that count as tokens without a purchase; {remedy}"))
        };
        let report = totals::add(report, &lines, &tokens, now_seconds);
        const COLUMNS: &[&str] = &["model", "held", "value_at_bid", "cost", "unrealised", "realised", "claimable"];
        let models = lines.iter().map(|line| line.report(&tokens, now_seconds)).collect();
        Ok(report
            .maybe("csv", self.csv.as_ref().map(|path| path.display()))
            .maybe("csv_events", self.csv_events.as_ref().map(|path| path.display()))
            .table("models", COLUMNS, models))
    }

    fn write(&self, portfolio: &Portfolio, lines: &[Line], tokens: &Tokens, now_seconds: i64) -> Result<()> {
        let refused = |path: &PathBuf| {
            let path = path.clone();
            move |reason: String| CliError::FileNotWritten { path, reason }
        };
        if let Some(path) = &self.csv {
            export::write_models(lines, tokens, now_seconds, path).map_err(refused(path))?;
        }
        if let Some(path) = &self.csv_events {
            export::write_events(portfolio, lines, tokens, path).map_err(refused(path))?;
        }
        Ok(())
    }
}
