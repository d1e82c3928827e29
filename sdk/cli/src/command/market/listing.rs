//! A market with its tokens, which most commands start from.

use modchains_sdk::{
    Pubkey,
    core::curve::Curve,
    exchange::{events::CurveState, state::Market},
};

use crate::{
    amount::price,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

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

    /// Adds a price in quote atoms per token atom, Q64.64.
    pub fn add_price_q64(&self, report: Report, key: &'static str, price_q64: u128) -> Report {
        // As a ratio of two words; a price beyond them has no place in any market.
        let shift = 64_u32.saturating_sub(price_q64.leading_zeros()).clamp(1, 63);
        let quote_atoms = u64::try_from(price_q64 >> shift).unwrap_or(u64::MAX);
        self.add_price(report, key, quote_atoms, 1 << (64 - shift))
    }

    /// Adds the price of the next token on a curve.
    pub fn add_spot_price(&self, report: Report, key: &'static str, curve: &Curve) -> Report {
        // A curve without tokens has no price; no market gets there.
        self.add_price(report, key, curve.quote_atoms().unwrap_or(0), curve.token_atoms().unwrap_or(0))
    }
}

/// An event's curve in the form the formulas take.
pub const fn curve(state: &CurveState) -> Curve {
    let CurveState { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms } = *state;
    Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms }
}

#[cfg(test)]
pub mod tests {
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
            supply_floor_atoms: 47_619_047_619_048,
            virtual_atoms: 30_000_000_000,
            params,
            ..Market::zeroed()
        };
        let token = Token { mint: Pubkey::new_unique(), program: address::TOKEN_2022_PROGRAM };
        let token = TokenView { token, decimals: 6, symbol: "DIGIT".to_owned(), name: None, uri: None, image: None };
        Listing { model: Pubkey::new_unique(), address: Pubkey::new_unique(), market, token, quote: TokenView::sol() }
    }
}
