//! The program: takes a route from the instruction's data and makes its calls. It emits events as Anchor's programs do,
//! by calling itself.

use anchor_lang::{
    event::EVENT_IX_TAG_LE,
    prelude::*,
    solana_program::{entrypoint, entrypoint::ProgramResult, instruction::Instruction, program::invoke_signed},
};

use crate::route::{ALWAYS, PRESENT, SIGNER, TRADER_SEED, WRITABLE};

entrypoint!(process);

/// Reads the instruction's data front to back.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> core::result::Result<&'a [u8], ProgramError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ProgramError::InvalidInstructionData)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> core::result::Result<u8, ProgramError> {
        Ok(self.take(1)?[0])
    }

    fn length(&mut self) -> core::result::Result<usize, ProgramError> {
        Ok(usize::from(self.byte()?) | usize::from(self.byte()?) << 8)
    }
}

fn at<'a, 'info>(
    accounts: &'a [AccountInfo<'info>],
    index: u8,
) -> core::result::Result<&'a AccountInfo<'info>, ProgramError> {
    accounts.get(usize::from(index)).ok_or(ProgramError::NotEnoughAccountKeys)
}

fn process<'info>(_program: &Pubkey, accounts: &'info [AccountInfo<'info>], data: &[u8]) -> ProgramResult {
    if data.starts_with(EVENT_IX_TAG_LE) {
        return Ok(());
    }
    let mut reader = Reader(data);
    let count = reader.byte()?;
    let traders: Vec<&[u8]> = (0..count).map(|_| reader.take(2)).collect::<core::result::Result<_, _>>()?;
    let seeds: Vec<[&[u8]; 3]> = traders.iter().map(|trader| [TRADER_SEED, &trader[..1], &trader[1..]]).collect();
    let signers: Vec<&[&[u8]]> = seeds.iter().map(|seeds| seeds.as_slice()).collect();
    for _ in 0..reader.byte()? {
        let (when, subject) = (reader.byte()?, reader.byte()?);
        let instruction = call(&mut reader, accounts)?;
        let is_due = when == ALWAYS || (when == PRESENT) != at(accounts, subject)?.data_is_empty();
        if is_due {
            invoke_signed(&instruction, accounts, &signers)?;
        }
    }
    Ok(())
}

fn call(reader: &mut Reader, accounts: &[AccountInfo]) -> core::result::Result<Instruction, ProgramError> {
    let program_id = *at(accounts, reader.byte()?)?.key;
    let mut metas = Vec::new();
    for _ in 0..reader.byte()? {
        let (pubkey, flags) = (*at(accounts, reader.byte()?)?.key, reader.byte()?);
        metas.push(AccountMeta { pubkey, is_signer: flags & SIGNER != 0, is_writable: flags & WRITABLE != 0 });
    }
    let length = reader.length()?;
    Ok(Instruction { program_id, accounts: metas, data: reader.take(length)?.to_vec() })
}
