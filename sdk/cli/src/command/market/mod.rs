//! Markets: opening, quoting, trading, syncing.

mod open;
mod show;
mod trade;

use clap::Subcommand;
use modchains_sdk::{Pubkey, core::curve::Curve, exchange::state::Market};

pub use open::OpenArgs;
pub use show::{ShowArgs, SyncArgs};
pub use trade::{BuyArgs, QuoteArgs, SellArgs};

use crate::{amount::price, error::Result, report::Report, session::Session, token::TokenView};

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
    pub async fn run(&self, session: &Session) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(session).await,
            Self::Quote(args) => args.run(session).await,
            Self::Buy(args) => args.run(session).await,
            Self::Sell(args) => args.run(session).await,
            Self::Sync(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
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
    pub async fn load(session: &Session, model: &Pubkey) -> Result<Self> {
        let market = session.client.market(model).await?;
        let token = session.token(&market.value.mint).await?;
        let quote = session.token(&market.value.quote_mint).await?;
        Ok(Self { model: *model, address: market.address, market: market.value, token, quote })
    }

    /// The price that `quote_atoms` for `token_atoms` means, with its unit.
    pub fn price(&self, quote_atoms: u64, token_atoms: u64) -> Option<String> {
        let price = price(quote_atoms, self.quote.decimals, token_atoms, self.token.decimals)?;
        Some(format!("{price} {}", self.quote.symbol))
    }

    /// The price of the next token on a curve.
    pub fn spot_price(&self, curve: &Curve) -> Option<String> {
        self.price(curve.quote_atoms().ok()?, curve.token_atoms().ok()?)
    }
}
