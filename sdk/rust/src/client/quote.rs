//! Quotes: the program's own formula on a fetched market, with the limits a trader states.

use anchor_lang::prelude::ProgramError;
use modchains_core::{
    bps::BPS_DENOMINATOR,
    math::mul_div_floor,
    trade::{Buy, Sell},
};
use modchains_exchange::{
    errors::ExchangeError,
    instructions::{MarketBuyArgs, MarketSellArgs},
    state::{Market, QuoteTerms},
};

use super::Client;
use crate::{Result, SdkError, program_error};

/// How long an offer stands: a minute.
const OFFER_SECONDS: i64 = 60;

/// A buy as quoted, and the arguments that accept it within the given slippage.
#[derive(Debug, Clone, Copy)]
pub struct BuyOffer {
    /// What the curve gives now.
    pub quote: Buy,
    /// What to pass to `market_buy`.
    pub args: MarketBuyArgs,
}

/// A sale as quoted, and the arguments that accept it within the given slippage.
#[derive(Debug, Clone, Copy)]
pub struct SellOffer {
    /// What the curve pays now.
    pub quote: Sell,
    /// What to pass to `market_sell`.
    pub args: MarketSellArgs,
}

impl BuyOffer {
    /// Quotes a buy for `quote_atoms_in`, fee included, that accepts `slippage_bps` fewer tokens. The limit rounds down.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] when the curve refuses the trade.
    pub fn new(market: &Market, quote_atoms_in: u64, slippage_bps: u16, now_seconds: i64) -> Result<Self> {
        let quote = market.quote_buy(quote_atoms_in).map_err(not_quoted)?;
        let min_token_atoms_out = less(quote.token_atoms_out, slippage_bps)?;
        let args = MarketBuyArgs { quote_atoms_in, min_token_atoms_out, terms: terms(market, now_seconds) };
        Ok(Self { quote, args })
    }
}

impl SellOffer {
    /// Quotes a sale of `token_atoms_in` that accepts `slippage_bps` less. The limit rounds down.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] when the curve refuses the trade.
    pub fn new(market: &Market, token_atoms_in: u64, slippage_bps: u16, now_seconds: i64) -> Result<Self> {
        let quote = market.quote_sell(token_atoms_in).map_err(not_quoted)?;
        let min_quote_atoms_out = less(quote.quote_atoms_out, slippage_bps)?;
        let args = MarketSellArgs { token_atoms_in, min_quote_atoms_out, terms: terms(market, now_seconds) };
        Ok(Self { quote, args })
    }
}

impl Client {
    /// Quotes a buy with the cluster's time. See [`BuyOffer::new`].
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`], or no answer.
    pub async fn quote_buy(&self, market: &Market, quote_atoms_in: u64, slippage_bps: u16) -> Result<BuyOffer> {
        BuyOffer::new(market, quote_atoms_in, slippage_bps, self.now_seconds().await?)
    }

    /// Quotes a sale with the cluster's time. See [`SellOffer::new`].
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`], or no answer.
    pub async fn quote_sell(&self, market: &Market, token_atoms_in: u64, slippage_bps: u16) -> Result<SellOffer> {
        SellOffer::new(market, token_atoms_in, slippage_bps, self.now_seconds().await?)
    }
}

/// The offer lapses in a minute, or when the curve's parameters move.
const fn terms(market: &Market, now_seconds: i64) -> QuoteTerms {
    QuoteTerms {
        deadline_seconds: now_seconds.saturating_add(OFFER_SECONDS),
        max_epoch: market.parameter_epoch.saturating_add(1),
    }
}

fn less(atoms: u64, slippage_bps: u16) -> Result<u64> {
    let kept_bps = BPS_DENOMINATOR.checked_sub(slippage_bps.into());
    let kept_bps = kept_bps.ok_or_else(|| SdkError::NotQuoted { reason: "the slippage is above 100 %".into() })?;
    mul_div_floor(atoms, kept_bps, BPS_DENOMINATOR)
        .map_err(|error| SdkError::NotQuoted { reason: ExchangeError::from(error).to_string() })
}

fn not_quoted(error: anchor_lang::error::Error) -> SdkError {
    let error = ProgramError::from(error);
    let named = match error {
        ProgramError::Custom(code) => program_error(&modchains_exchange::ID, code),
        _ => None,
    };
    SdkError::NotQuoted { reason: named.map_or_else(|| error.to_string(), |(_, message)| message) }
}
