//! Telling transactions apart.

use anchor_lang::prelude::*;

use crate::hash::sha256;

/// The instructions sysvar: what the transaction's instructions are.
pub const INSTRUCTIONS_SYSVAR: Pubkey = Pubkey::from_str_const("Sysvar1nstructions1111111111111111111111111");

/// SHA-256 over the instructions of the running transaction and its slot. It is the same in every instruction of the
/// transaction, at any depth of calls, and two transactions of different content or slot differ in it; identical
/// transactions of one slot count as one.
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of the running transaction. `instructions` must be the instructions sysvar.
    pub fn of(instructions: &AccountInfo) -> Result<Self> {
        if *instructions.key != INSTRUCTIONS_SYSVAR {
            return Err(ProgramError::UnsupportedSysvar.into());
        }
        let data = instructions.try_borrow_data()?;
        // The last two bytes are the index of the instruction that runs.
        let listed =
            data.len().checked_sub(2).and_then(|end| data.get(..end)).ok_or(ProgramError::InvalidAccountData)?;
        Ok(Self(sha256(&[listed, &Clock::get()?.slot.to_le_bytes()])))
    }

    /// Its first eight bytes.
    pub fn word(&self) -> u64 {
        first_word(&self.0)
    }

    /// The first eight bytes of SHA-256 over it and `key`: the transaction together with somebody.
    pub fn word_with(&self, key: &Pubkey) -> u64 {
        first_word(&sha256(&[&self.0, key.as_ref()]))
    }
}

fn first_word(hash: &[u8; 32]) -> u64 {
    let [word, ..] = bytemuck::cast::<[u8; 32], [u64; 4]>(*hash);
    u64::from_le(word)
}
