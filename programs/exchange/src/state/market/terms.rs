//! What traders, creators and the admin ask of a market.

use anchor_lang::prelude::*;
use modchains_core::{launch::LaunchTerms, window};

use super::super::MarketParams;
use crate::errors::{ExchangeError, ensure};

/// When a trader's quote lapses.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct QuoteTerms {
    /// The trade is refused from this unix second on.
    pub deadline_seconds: i64,
    /// The trade is refused once the market's parameter epoch reaches this: the epoch of the quote plus one.
    pub max_epoch: u64,
}

impl QuoteTerms {
    /// Refuses a trade that comes too late or meets parameters the trader has not seen.
    pub fn require_valid(&self, parameter_epoch: u64, now_seconds: i64) -> Result<()> {
        ensure(window::is_open(now_seconds, self.deadline_seconds), ExchangeError::DeadlinePassed)?;
        ensure(parameter_epoch < self.max_epoch, ExchangeError::ParametersMoved)
    }
}

/// How much is traded. `in` is what the trader gives: quote atoms in a buy, token atoms in a sale. All of it is traded
/// or nothing.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeAmount {
    /// Gives exactly `atoms_in`.
    ExactIn {
        /// What is given, fee included.
        atoms_in: u64,
        /// Fewest atoms the trader accepts.
        min_atoms_out: u64,
    },
    /// Gets exactly `atoms_out`.
    ExactOut {
        /// What the trader gets, after the fee.
        atoms_out: u64,
        /// Most atoms the trader gives.
        max_atoms_in: u64,
    },
}

impl TradeAmount {
    /// Refuses a trade that gives the trader less, or takes more, than the limit.
    pub fn require_within(&self, atoms_in: u64, atoms_out: u64) -> Result<()> {
        match *self {
            Self::ExactIn { min_atoms_out, .. } => ensure(atoms_out >= min_atoms_out, ExchangeError::OutputBelowLimit),
            Self::ExactOut { max_atoms_in, .. } => ensure(atoms_in <= max_atoms_in, ExchangeError::InputAboveLimit),
        }
    }
}

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

/// Launch protection, chosen by the creator for good. All zero for none.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaunchArgs {
    /// Fee in the first second, basis points; falls in a straight line to the base fee.
    pub fee_max_bps: u16,
    /// How long the launch lasts, at most an hour.
    pub duration_seconds: u32,
    /// Most that one transaction may buy, in parts per million of the opening depth.
    pub cap_ppm: u32,
}

impl From<LaunchArgs> for LaunchTerms {
    fn from(args: LaunchArgs) -> Self {
        Self { fee_max_bps: args.fee_max_bps, duration_seconds: args.duration_seconds, cap_ppm: args.cap_ppm }
    }
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
    pub launch: LaunchTerms,
    /// Fingerprint of the opening transaction and the creator; see [`super::Market::launch_transaction`].
    pub opening_transaction: u64,
}
