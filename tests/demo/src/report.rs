//! What happened, read back from the chain: a table for people, a file for programs.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use modchains_sdk::{
    Pubkey, Signer, address,
    decode::{Event, ExchangeEvent, Receipt},
    instruction::Token,
};
use serde::Serialize;

use crate::{
    chart::{self, PricePoint},
    cost::Costs,
    inference::Answers,
    listing::{Accuracy, Listing},
    market::{Moved, Trades, price_lamports},
    wallets::{SOL, Setup, Wallets},
    weeks::{self, Weeks},
};

/// What somebody has at the end.
#[derive(Debug, Clone, Serialize)]
pub struct Balance {
    /// Who.
    pub name: String,
    /// Address.
    pub address: String,
    /// SOL and wrapped SOL together.
    pub quote_lamports: u64,
    /// Token atoms in the wallet.
    pub token_atoms: u64,
    /// Token atoms staked.
    pub staked_atoms: u64,
}

/// What the steps before the report found.
#[derive(Debug, Serialize)]
pub struct Found {
    /// Prices around the trades.
    pub trades: Trades,
    /// What the sync did.
    pub sync: Moved,
    /// How the questions were answered on chain.
    pub answers: Answers,
    /// What weeks of use do.
    pub weeks: Vec<Weeks>,
    /// What the crank says of itself.
    pub crank: serde_json::Value,
}

/// Everything the demo found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Address of the model.
    pub model: String,
    /// What was found on the way.
    #[serde(flatten)]
    pub found: Found,
    /// Every price the market had.
    pub prices: Vec<PricePoint>,
    /// Accuracy on the model card.
    pub card: Accuracy,
    /// What everybody has.
    pub balances: Vec<Balance>,
    /// Compute units and fees by instruction.
    pub costs: Costs,
    /// Transactions looked at.
    pub transactions: u32,
    /// Seconds from start to report.
    pub seconds: f64,
}

impl Report {
    /// Reads market history, the crank's transactions and balances.
    pub async fn collect(setup: &mut Setup, wallets: &Wallets, listing: &Listing, found: Found) -> Result<Self> {
        let history = history(setup, &address::exchange::market(&listing.model)).await?;
        let mut prices = vec![PricePoint { what: "launch".to_owned(), price_lamports: found.trades.price_at_launch }];
        prices.extend(history.iter().flat_map(|receipt| &receipt.events).filter_map(price_point));
        for receipt in history.iter().chain(&history_of_usage(setup, listing).await?) {
            if let Some(what) = crank_work(receipt) {
                setup.costs.add(&what, receipt);
            }
        }
        let costs = std::mem::take(&mut setup.costs);
        Ok(Self {
            model: listing.model.to_string(),
            found,
            prices,
            card: listing.accuracy.clone(),
            balances: balances(setup, wallets, listing).await?,
            transactions: costs.0.values().map(|cost| cost.transactions).sum(),
            costs,
            seconds: 0.0,
        })
    }

    /// Writes `report.json`, `price.svg` and `weeks.svg`.
    pub fn write(&self, output: &Path, took: Duration) -> Result<()> {
        let mut report = serde_json::to_value(self)?;
        report["seconds"] = serde_json::json!(took.as_secs_f64());
        let path = output.join("report.json");
        fs::write(&path, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("writing {}", path.display()))?;
        chart::write_svg(&self.prices, &output.join("price.svg"))?;
        weeks::write_svg(&self.found.weeks, &output.join("weeks.svg"))
    }

    /// Prints tables and chart.
    pub fn print(&self, output: &Path) -> Result<()> {
        println!("\n{}", self.facts());
        println!("{}", self.balance_table());
        println!("{}", self.cost_table());
        println!("price of a token in lamports, after each trade and sync");
        println!("{}", chart::terminal(&self.prices));
        println!(
            "the same model in three futures, {} weeks on the compiled programs without a trade; price since then",
            weeks::WEEKS
        );
        println!("{}", weeks::table(&self.found.weeks)?);
        println!("report  {}", output.join("report.json").display());
        println!("charts  {}", output.join("price.svg").display());
        println!("        {}", output.join("weeks.svg").display());
        Ok(())
    }

    fn facts(&self) -> Table {
        let mut table = table(["", "before", "after"]);
        let price = |value: f64| format!("{value:.3} lamports");
        table.add_row([
            "price, trades".to_owned(),
            price(self.found.trades.price_at_launch),
            price(self.found.trades.price_after_trades),
        ]);
        table.add_row([
            "price, sync".to_owned(),
            price(self.found.sync.price_before),
            price(self.found.sync.price_after),
        ]);
        let share =
            |correct: u64, of: u64| format!("{correct} of {of} ({:.1} %)", 100.0 * correct as f64 / of.max(1) as f64);
        table.add_row(["accuracy, model card".to_owned(), String::new(), share(self.card.correct, self.card.held_out)]);
        let (correct, asked) = (self.found.answers.correct as u64, self.found.answers.asked as u64);
        table.add_row(["accuracy, on chain".to_owned(), String::new(), share(correct, asked)]);
        table
    }

    fn balance_table(&self) -> Table {
        let mut table = table(["who", "SOL", "tokens", "staked"]);
        for balance in &self.balances {
            let tokens = |atoms: u64| format!("{:.3}", atoms as f64 / 1e6);
            let sol = format!("{:.6}", balance.quote_lamports as f64 / SOL as f64);
            table.add_row([balance.name.clone(), sol, tokens(balance.token_atoms), tokens(balance.staked_atoms)]);
        }
        right_align(&mut table, 1..4);
        table
    }

    fn cost_table(&self) -> Table {
        let mut table = table(["instruction", "sent", "compute units", "fee per transaction, lamports"]);
        for (what, cost) in &self.costs.0 {
            let units = if cost.compute_units_min == cost.compute_units_max {
                cost.compute_units_max.to_string()
            } else {
                format!("{} to {}", cost.compute_units_min, cost.compute_units_max)
            };
            let fee = cost.fee_lamports / u64::from(cost.transactions.max(1));
            table.add_row([what.clone(), cost.transactions.to_string(), units, fee.to_string()]);
        }
        right_align(&mut table, 1..4);
        table
    }
}

pub fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}

pub fn right_align(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Most transactions of one account that are read back.
const HISTORY_MAX: usize = 10_000;

/// The successful transactions that touched `address`, oldest first.
async fn history(setup: &Setup, address: &Pubkey) -> Result<Vec<Receipt>> {
    let landed = setup.client.landed(address, None, None, HISTORY_MAX).await.context("reading the history")?;
    let signatures: Vec<_> =
        landed.iter().rev().filter(|landed| !landed.has_failed).map(|landed| landed.signature).collect();
    Ok(setup.client.transactions(&signatures).await?)
}

/// What happened around requests and usage, without what the market's history has already.
async fn history_of_usage(setup: &Setup, listing: &Listing) -> Result<Vec<Receipt>> {
    let mut receipts = history(setup, &address::oracle::service(&listing.model)).await?;
    receipts.extend(history(setup, &address::oracle::usage(&listing.model)).await?);
    let mut seen = std::collections::BTreeSet::new();
    receipts.retain(|receipt| {
        let is_sync = receipt.events.iter().any(|event| matches!(event, Event::Exchange(ExchangeEvent::CurveMoved(_))));
        !is_sync && seen.insert(receipt.signature.to_string())
    });
    Ok(receipts)
}

/// What the crank and the requester did in a transaction; none for what was counted when it was sent.
fn crank_work(receipt: &Receipt) -> Option<String> {
    const WORK: [(&str, &str); 6] = [
        ("RequestCreated", "request_create"),
        ("RequestClaimed", "request_claim"),
        ("ResultPosted", "result_post"),
        ("ResultFinalized", "result_finalize"),
        ("UsageRolled", "usage_roll"),
        ("CurveMoved", "market_sync"),
    ];
    let count = |event: &str| receipt.events.iter().filter(|found| found.name() == event).count();
    let parts: Vec<String> = WORK
        .iter()
        .filter_map(|(event, instruction)| match count(event) {
            0 => None,
            1 => Some((*instruction).to_owned()),
            many => Some(format!("{many} x {instruction}")),
        })
        .collect();
    if parts.is_empty() { None } else { Some(parts.join(" + ")) }
}

fn price_point(event: &Event) -> Option<PricePoint> {
    let Event::Exchange(event) = event else { return None };
    let (what, after) = match event {
        ExchangeEvent::TokensBought(buy) => ("buy", buy.after),
        ExchangeEvent::TokensSold(sale) => ("sell", sale.after),
        ExchangeEvent::CurveMoved(moved) if moved.step_ppm != 0 => ("sync", moved.after),
        ExchangeEvent::MarketDeposited(deposit) => ("reserve fees", deposit.after),
        _ => return None,
    };
    Some(PricePoint { what: what.to_owned(), price_lamports: price_lamports(&after) })
}

async fn balances(setup: &Setup, wallets: &Wallets, listing: &Listing) -> Result<Vec<Balance>> {
    let token = Token::of_model(&listing.model);
    let mut balances = Vec::new();
    for (name, person) in wallets.members() {
        let address = person.pubkey();
        let position = address::vault::position(&address::vault::vault(&listing.model), &address);
        let staked = setup.client.find_state::<modchains_sdk::vault::state::Position>(&position).await?;
        balances.push(Balance {
            name: name.to_owned(),
            address: address.to_string(),
            quote_lamports: setup.quote_atoms(&address).await?,
            token_atoms: setup.client.token_atoms(&token.account_of(&address)).await?.unwrap_or(0),
            staked_atoms: staked.map_or(0, |position| position.value.staked_atoms),
        });
    }
    Ok(balances)
}
