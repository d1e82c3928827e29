//! Markets: opening, quoting, trading, syncing.

mod open;
mod show;
mod trade;

use clap::Subcommand;
use modchains_sdk::{Pubkey, core::curve::Curve, exchange::state::Market};

pub use open::OpenArgs;
pub use show::{ShowArgs, SyncArgs};
pub use trade::{BuyArgs, QuoteArgs, SellArgs};

use crate::{amount::price, connection::Connection, error::Result, report::Report, token::TokenView};

/// Open, quote, trade and sync markets.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Open a model's market. Only the creator may, once; the curve cannot be chosen again.
    Open(OpenArgs),
    /// Show what a trade would give, with its fee by receiver and its price impact. Nothing is sent.
    Quote(QuoteArgs),
    /// Buy a model's tokens.
    Buy(BuyArgs),
    /// Sell a model's tokens.
    Sell(SellArgs),
    /// Move the curve by the model's usage. Anyone may, once per epoch.
    Sync(SyncArgs),
    /// Show price, backing, curve and accrued fees.
    Show(ShowArgs),
}

impl MarketCommand {
    /// Does it.
    ///
    /// # Errors
    /// Whatever the command refuses.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Quote(args) => args.run(connection).await,
            Self::Buy(args) => args.run(connection).await,
            Self::Sell(args) => args.run(connection).await,
            Self::Sync(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
        }
    }
}

/// A market with the tokens on both sides.
pub struct Listing {
    /// The model.
    pub model: Pubkey,
    /// Where the market is.
    pub address: Pubkey,
    /// Its state.
    pub market: Market,
    /// The model's token.
    pub token: TokenView,
    /// What it trades against.
    pub quote: TokenView,
}

impl Listing {
    /// Reads the market of a model.
    ///
    /// # Errors
    /// When there is none.
    pub async fn load(connection: &Connection, model: &Pubkey) -> Result<Self> {
        let market = connection.client.market(model).await?;
        let token = connection.token(&market.value.mint).await?;
        let quote = connection.token(&market.value.quote_mint).await?;
        Ok(Self { model: *model, address: market.address, market: market.value, token, quote })
    }

    /// Adds the price that `quote_atoms` for `token_atoms` means.
    pub fn add_price(&self, report: Report, key: &'static str, quote_atoms: u64, token_atoms: u64) -> Report {
        let price = price(quote_atoms, self.quote.decimals, token_atoms, self.token.decimals);
        report.price(key, price, &self.quote.symbol)
    }

    /// Adds the price of the next token on a curve.
    pub fn add_spot_price(&self, report: Report, key: &'static str, curve: &Curve) -> Report {
        // A curve without tokens has no price; no market gets there.
        self.add_price(report, key, curve.quote_atoms().unwrap_or(0), curve.token_atoms().unwrap_or(0))
    }
}
