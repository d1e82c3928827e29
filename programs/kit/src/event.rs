//! Events by self-CPI: the wire format of Anchor's `emit_cpi!`, callable from a handler method.

use anchor_lang::{Event, event::EVENT_IX_TAG_LE, prelude::*};
use modchains_program_interface::readonly;

use crate::cpi;

/// Seed of the account that signs event CPIs, fixed by Anchor.
const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";

/// Emits an event by a CPI of `program_id` to itself, signed by its event authority, so that no other program can forge
/// it and no log limit can truncate it. `parts` together are the event's discriminator and its serialised form.
/// `authority` must be the program's event authority and `bump` its bump (`EVENT_AUTHORITY_AND_BUMP.1`); the runtime
/// refuses any other.
pub fn emit_bytes(authority: &AccountInfo, program_id: Pubkey, bump: u8, parts: &[&[u8]]) -> Result<()> {
    let length = parts.iter().fold(EVENT_IX_TAG_LE.len(), |sum, part| sum.saturating_add(part.len()));
    let mut data = Vec::with_capacity(length);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    for part in parts {
        data.extend_from_slice(part);
    }
    cpi::call(&program_id, &[readonly(authority).signing()], &data, &[&[EVENT_AUTHORITY_SEED, &[bump]]])
}

/// Emits `event` as [`emit_bytes`] does.
pub fn emit<E: Event>(authority: &AccountInfo, program_id: Pubkey, bump: u8, event: &E) -> Result<()> {
    emit_bytes(authority, program_id, bump, &[&event.data()])
}
