//! Events, past tense, with balances before and after wherever money moves. All are emitted by self-CPI.

use anchor_lang::prelude::*;
use modchains_core::{fees::UsageFeeLegs, math};
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

/// The decaying sums of counted use and the net that markets read, in quote atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageSums {
    /// Half-life of 30 days, rounded down.
    pub long_sum_atoms: u64,
    /// Half-life of three days, rounded down.
    pub short_sum_atoms: u64,
    /// The paid net.
    pub paid_net_atoms: u64,
}

impl From<&Usage> for UsageSums {
    fn from(usage: &Usage) -> Self {
        let whole = |sum_q32| (math::join_words(sum_q32) >> 32) as u64;
        Self {
            long_sum_atoms: whole(usage.long_sum_q32),
            short_sum_atoms: whole(usage.short_sum_q32),
            paid_net_atoms: usage.paid_net_atoms,
        }
    }
}
