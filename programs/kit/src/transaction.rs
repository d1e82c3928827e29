//! Telling transactions apart.

use anchor_lang::prelude::*;

use crate::hash::sha256;

/// The instructions sysvar: what the transaction's instructions are.
pub const INSTRUCTIONS_SYSVAR: Pubkey = Pubkey::from_str_const("Sysvar1nstructions1111111111111111111111111");

/// First eight bytes of SHA-256 over the instructions of the running transaction, its slot and `salt`. It is the same
/// in every instruction of the transaction, at any depth of calls, and two transactions of different content or slot
/// differ in it; identical transactions of one slot count as one. `instructions` must be the instructions sysvar.
pub fn fingerprint(instructions: &AccountInfo, salt: &[u8]) -> Result<u64> {
    if *instructions.key != INSTRUCTIONS_SYSVAR {
        return Err(ProgramError::UnsupportedSysvar.into());
    }
    let data = instructions.try_borrow_data()?;
    // The last two bytes are the index of the instruction that runs.
    let listed = data.len().checked_sub(2).and_then(|end| data.get(..end)).ok_or(ProgramError::InvalidAccountData)?;
    let hash = sha256(&[listed, &Clock::get()?.slot.to_le_bytes(), salt]);
    let first = hash.first_chunk().ok_or(ProgramError::InvalidAccountData)?;
    Ok(u64::from_le_bytes(*first))
}
