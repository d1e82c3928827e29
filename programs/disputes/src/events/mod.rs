//! Events, past tense. All are emitted by self-CPI. What sides show each other is in their instructions, not here: an event
//! would take the room of a piece.

use anchor_lang::prelude::*;
use modchains_program_kit::event;

mod disputes;
mod graphs;

pub use {disputes::*, graphs::*};

/// Emits `event` by a CPI of the program to itself.
pub fn emit<E: anchor_lang::Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}
