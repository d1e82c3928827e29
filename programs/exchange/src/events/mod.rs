//! Events, past tense, with the curve before and after wherever money moves. All are emitted by self-CPI.

use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::{curve::Curve, fees::FeeLegs};
use modchains_program_kit::event;

mod config;
mod market;
mod registry;

pub use {config::*, market::*, registry::*};

/// Emits `event` by a CPI of the exchange to itself.
pub fn emit<E: anchor_lang::Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}

/// Emits an event whose fields follow each other without gaps: its bytes are its serialised form, one copy instead of
/// one for each field.
pub fn emit_fixed<E: anchor_lang::Event + Pod>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit_bytes(
        authority,
        crate::ID,
        crate::EVENT_AUTHORITY_AND_BUMP.1,
        &[E::DISCRIMINATOR, bytemuck::bytes_of(event)],
    )
}

/// A curve's state, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CurveState {
    /// Quote atoms in the reserve, `R`.
    pub reserve_atoms: u64,
    /// Token atoms in circulation, `C`.
    pub circulating_atoms: u64,
    /// Depth in token atoms, `Y`.
    pub depth_atoms: u64,
    /// Virtual quote atoms, `V`.
    pub virtual_atoms: u64,
}

impl From<Curve> for CurveState {
    fn from(curve: Curve) -> Self {
        Self {
            reserve_atoms: curve.reserve_atoms,
            circulating_atoms: curve.circulating_atoms,
            depth_atoms: curve.depth_atoms,
            virtual_atoms: curve.virtual_atoms,
        }
    }
}

/// A trade fee by receiver, in quote atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TradeFee {
    /// Stays in the reserve.
    pub reserve_atoms: u64,
    /// Goes to stakers.
    pub vault_atoms: u64,
    /// Goes to the creator and the contributors.
    pub creator_atoms: u64,
    /// Goes to the protocol.
    pub protocol_atoms: u64,
    /// Goes to the referrer.
    pub referrer_atoms: u64,
}

impl From<FeeLegs> for TradeFee {
    fn from(legs: FeeLegs) -> Self {
        Self {
            reserve_atoms: legs.reserve,
            vault_atoms: legs.vault,
            creator_atoms: legs.creator,
            protocol_atoms: legs.protocol,
            referrer_atoms: legs.referrer,
        }
    }
}
