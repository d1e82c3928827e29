//! Calls to other programs.

use anchor_lang::{prelude::*, solana_program::instruction::Instruction};

/// Calls a program. `signer_seeds` are those of addresses of the calling program that sign; empty when persons sign
/// alone. The runtime's usual wrapper first looks for borrowed accounts, account by account; here none is borrowed
/// across a call, because every state is read and written in a block that ends before the first one.
pub fn invoke(instruction: &Instruction, accounts: &[AccountInfo], signer_seeds: &[&[&[u8]]]) -> Result<()> {
    // An empty list of seeds means that persons sign alone; the runtime would take it for an address without seeds.
    let signer_seeds = match signer_seeds {
        [[]] => &[],
        seeds => seeds,
    };
    Ok(anchor_lang::solana_program::program::invoke_signed_unchecked(instruction, accounts, signer_seeds)?)
}
