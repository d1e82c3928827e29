//! What traders, creators and the admin ask of a market.

use anchor_lang::prelude::*;
pub use modchains_core::market::{
    DEPTH_ATOMS_BOUNDS, LaunchTerms as LaunchArgs, MarketParams, QuoteTerms, TradeAmount, VIRTUAL_ATOMS_BOUNDS,
};

#[cfg(feature = "idl-build")]
use crate::idl::Described as _;

/// What the trader offers and accepts.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketTradeArgs {
    /// How much, with the limit.
    pub amount: TradeAmount,
    /// When the offer lapses and on which parameters it was quoted.
    pub terms: QuoteTerms,
}

/// Who can claim accrued trade fees.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeBeneficiary {
    /// The model's creator.
    Creator,
    /// The protocol's treasury.
    Protocol,
}

/// What a market opens with.
#[derive(Clone, Copy, Debug)]
pub struct MarketTerms {
    /// The model.
    pub model: Pubkey,
    /// Its token.
    pub mint: Pubkey,
    /// What it trades against.
    pub quote_mint: Pubkey,
    /// Where the quote atoms lie.
    pub quote_vault: Pubkey,
    /// Fees and curve policy.
    pub params: MarketParams,
    /// Opening depth, token atoms.
    pub depth_atoms: u64,
    /// Opening virtual reserve, quote atoms.
    pub virtual_atoms: u64,
    /// Launch protection.
    pub launch: LaunchArgs,
    /// Fingerprint of the opening transaction and the creator; see [`super::Market::launch_transaction`].
    pub opening_transaction: u64,
}
