//! Markets: opening, quoting, trading, syncing, watching.

mod chart;
mod history;
mod open;
mod quote;
mod show;
mod svg;
mod sync;
mod trade;
mod watch;

use clap::Subcommand;
use modchains_sdk::{
    Pubkey,
    core::curve::Curve,
    exchange::{events::CurveState, state::Market},
};

use crate::{amount::price, connection::Connection, error::Result, report::Report, token::TokenView};

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
    /// Move the curve by the model's usage. Anyone may, once per epoch.
    Sync(sync::SyncArgs),
    /// Show price, backing, curve, launch protection, accrued fees and the last prices.
    Show(show::ShowArgs),
    /// Follow trades and moves of the curve as they happen, until Ctrl-C.
    Watch(watch::WatchArgs),
    /// Draw the price over time, in the terminal and as SVG, with moves of the curve marked apart from trades.
    Chart(chart::ChartArgs),
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
            Self::Watch(args) => args.run(connection).await,
            Self::Chart(args) => args.run(connection).await,
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

/// An event's curve in the form the formulas take.
const fn curve(state: &CurveState) -> Curve {
    let CurveState { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms } = *state;
    Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use modchains_sdk::{address, exchange::state::MarketParams, instruction::Token};

    use super::*;

    /// A market that just opened without launch protection: 10^9 tokens deep, 30 SOL virtual, fee 1 %.
    pub fn listing() -> Listing {
        let params = MarketParams {
            fee_bps: 100,
            reserve_bps: 4_000,
            vault_bps: 2_500,
            creator_bps: 1_500,
            protocol_bps: 2_000,
            ..MarketParams::zeroed()
        };
        let market = Market {
            depth_atoms: 1_000_000_000_000_000,
            depth_opening_atoms: 1_000_000_000_000_000,
            virtual_atoms: 30_000_000_000,
            params,
            ..Market::zeroed()
        };
        let token = Token { mint: Pubkey::new_unique(), program: address::TOKEN_2022_PROGRAM };
        let token = TokenView { token, decimals: 6, symbol: "DIGIT".to_owned(), name: None, uri: None, image: None };
        Listing { model: Pubkey::new_unique(), address: Pubkey::new_unique(), market, token, quote: TokenView::sol() }
    }
}
