//! Paying out of a market's quote vault.

use anchor_lang::prelude::*;
use modchains_program_kit::token;

use crate::state::Market;

/// What the market signs with, copied so that its account is free during the call.
pub struct MarketPayout {
    model: Pubkey,
    bump: [u8; 1],
}

impl MarketPayout {
    /// Of this market.
    pub fn of(market: &Market) -> Self {
        Self { model: market.model, bump: [market.bump] }
    }

    /// The seeds that make the market sign.
    pub fn signer_seeds(&self) -> [&[u8]; 3] {
        Market::signer_seeds(&self.model, &self.bump)
    }

    /// Pays `atoms` from the quote vault to `destination`.
    pub fn pay<'info>(
        &self,
        token_program: &AccountInfo<'info>,
        quote_vault: &AccountInfo<'info>,
        destination: &AccountInfo<'info>,
        market: &AccountInfo<'info>,
        atoms: u64,
    ) -> Result<()> {
        token::transfer(token_program, quote_vault, destination, market, atoms, &[&self.signer_seeds()])
    }
}
