//! Markets: opening, quoting, trading, syncing, watching.

mod chart;
mod deposit;
mod history;
mod listing;
pub mod open;
mod pause;
mod plot;
mod quote;
mod show;
mod svg;
mod sync;
mod trade;
mod twap;
mod watch;

use clap::Subcommand;

pub use listing::Listing;
#[cfg(test)]
pub use listing::tests;

use crate::{connection::Connection, error::Result, output::Report};

/// Open, quote, trade, sync and watch markets.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Open a model's market. Only the creator may, once; the curve cannot be chosen again.
    Open(open::OpenArgs),
    /// Show what a trade would give, with its fee by receiver and its price impact. Needs no key; nothing is sent.
    Quote(quote::QuoteArgs),
    /// Buy a model's tokens.
    Buy(trade::BuyArgs),
    /// Sell a model's tokens.
    Sell(trade::SellArgs),
    /// Give to a market's reserve, for the good of every holder. Anyone may.
    Deposit(deposit::DepositArgs),
    /// Stop a market's buys and moves for a while. Only the exchange's admin may.
    Pause(pause::PauseArgs),
    /// End a market's pause. Only the exchange's admin may.
    Resume(pause::MarketArgs),
    /// Close the account that counts a market's pauses, once none counts any more; its rent goes to who paid it. Anyone may.
    PauseBudgetClose(pause::MarketArgs),
    /// Move the curve by the model's usage. Anyone may, once per epoch.
    Sync(sync::SyncArgs),
    /// Show price, backing, curve, launch protection, accrued fees and the last prices.
    Show(show::ShowArgs),
    /// Show the time-weighted price, which no single trade can bend.
    Twap(twap::TwapArgs),
    /// Follow trades and moves of the curve as they happen, until Ctrl-C.
    Watch(watch::WatchArgs),
    /// Draw the price over time, in the terminal and as SVG, with moves of the curve marked apart from trades.
    Chart(chart::ChartArgs),
}

impl MarketCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Quote(args) => args.run(connection).await,
            Self::Buy(args) => args.run(connection).await,
            Self::Sell(args) => args.run(connection).await,
            Self::Deposit(args) => args.run(connection).await,
            Self::Pause(args) => args.run(connection).await,
            Self::Resume(args) => args.resume(connection).await,
            Self::PauseBudgetClose(args) => args.pause_budget_close(connection).await,
            Self::Sync(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::Twap(args) => args.run(connection).await,
            Self::Watch(args) => args.run(connection).await,
            Self::Chart(args) => args.run(connection).await,
        }
    }
}
