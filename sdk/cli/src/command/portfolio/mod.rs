//! What a wallet has of every model, what it cost and what it brought.

mod export;
mod totals;

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use modchains_sdk::{
    Pubkey,
    client::Holding,
    portfolio::{Asset, Held, Portfolio, Worth},
};

use crate::{
    amount::{Amount, SignedAmount, price},
    command::staking::claimable,
    connection::{Connection, TokenView, spinner},
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

/// A model's tokens with what the table and the file say about it.
struct Line<'a> {
    asset: &'a Asset,
    token: &'a TokenView,
    quote: &'a TokenView,
    held: Held,
    worth: Worth,
    /// What a sale of what is held would pay beyond what it cost, as far as it was bought; none when the market would
    /// refuse the sale.
    unrealised_atoms: Option<i128>,
}

/// The tokens that anything in a portfolio is counted in.
type Tokens = BTreeMap<Pubkey, TokenView>;

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

/// The mints of a model's token, of what it trades against, and of what its stakers earned.
fn mints(asset: &Asset) -> impl Iterator<Item = Pubkey> + '_ {
    let earned = asset.stake.iter().flat_map(Holding::earned_mints);
    earned.chain(asset.claimed.keys().copied()).chain([asset.market.value.mint, asset.market.value.quote_mint])
}

impl<'a> Line<'a> {
    /// None of a model whose token or quote token cannot be read.
    fn of(asset: &'a Asset, tokens: &'a Tokens, now_seconds: i64) -> Result<Option<Self>> {
        let market = &asset.market.value;
        let (Some(token), Some(quote)) = (tokens.get(&market.mint), tokens.get(&market.quote_mint)) else {
            return Ok(None);
        };
        let worth = asset.worth(now_seconds)?;
        let unrealised_atoms = asset.unrealised_atoms(&worth)?;
        Ok(Some(Self { asset, token, quote, held: asset.held()?, worth, unrealised_atoms }))
    }

    fn unrealised(&self) -> Option<SignedAmount> {
        self.unrealised_atoms.map(|atoms| self.quote.signed(atoms))
    }

    /// What sales brought beyond what it had cost.
    fn realised(&self) -> SignedAmount {
        self.quote.signed(self.asset.cost.realised_atoms())
    }

    /// What a token with a known purchase cost on average.
    fn average_cost(&self) -> Option<String> {
        let bought = &self.held.bought;
        price(bought.quote_atoms, self.quote.decimals, bought.token_atoms, self.token.decimals)
    }

    fn claimable<'t>(&self, tokens: &'t Tokens, now_seconds: i64) -> Vec<(Amount, &'t str, Pubkey)> {
        self.asset.stake.as_ref().map(|stake| claimable(stake, tokens, now_seconds)).unwrap_or_default()
    }

    fn claimed<'t>(&self, tokens: &'t Tokens) -> Vec<(Amount, &'t str, Pubkey)> {
        let claimed = self.asset.claimed.iter().filter_map(|(mint, atoms)| {
            let token = tokens.get(mint)?;
            Some((token.amount(*atoms), token.symbol.as_str(), *mint))
        });
        claimed.collect()
    }

    fn staked_and_cooling(&self) -> (u64, u64) {
        let position = self.asset.stake.as_ref().map(|stake| &stake.position.value);
        position.map_or((0, 0), |position| (position.staked_atoms, position.cooling_atoms))
    }

    fn report(&self, tokens: &Tokens, now_seconds: i64) -> Report {
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
