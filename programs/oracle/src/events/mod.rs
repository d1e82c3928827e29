//! Events, past tense, with balances before and after wherever money moves. All are emitted by self-CPI.

use anchor_lang::prelude::*;
use modchains_core::fees::UsageFeeLegs;
use modchains_program_kit::event;

use crate::state::Usage;

mod config;
mod operators;
mod requests;
mod services;

pub use {config::*, operators::*, requests::*, services::*};

/// Emits `event` by a CPI of the oracle to itself.
pub fn emit<E: anchor_lang::Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}

/// A tracked balance before and after a step, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub before_atoms: u64,
    /// After.
    pub after_atoms: u64,
}

/// A final fee by receiver, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageFee {
    /// Paid to the operator, besides the tip.
    pub operator_atoms: u64,
    /// Goes to stakers.
    pub vault_atoms: u64,
    /// Goes to creator and contributors.
    pub creator_atoms: u64,
    /// Goes to the curve's reserve.
    pub reserve_atoms: u64,
    /// Goes to the protocol.
    pub protocol_atoms: u64,
}

impl From<UsageFeeLegs> for UsageFee {
    fn from(legs: UsageFeeLegs) -> Self {
        Self {
            operator_atoms: legs.operator,
            vault_atoms: legs.vault,
            creator_atoms: legs.creator,
            reserve_atoms: legs.reserve,
            protocol_atoms: legs.protocol,
        }
    }
}

/// The three averages of usage, in quote atoms per epoch with 16 fractional bits.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Averages {
    /// Half-life of one day.
    pub fast: u64,
    /// Half-life of three days.
    pub mid: u64,
    /// Half-life of seven days.
    pub slow: u64,
}

impl From<&Usage> for Averages {
    fn from(usage: &Usage) -> Self {
        Self { fast: usage.ema_fast, mid: usage.ema_mid, slow: usage.ema_slow }
    }
}
