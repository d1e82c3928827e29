//! Creating accounts where somebody may have sent lamports before.

use modchains_sdk::{Instruction, Pubkey, instruction::token::transfer_sol};
use solana_system_interface::instruction::{allocate, assign};

/// Turns the first of the `instructions`, which creates an account, into others that do the same whether the account
/// holds lamports or not: the system program creates none that holds any. `address`, which signs, becomes an account of
/// `owner` with `bytes` bytes and no less than `rent_lamports`, of which it holds `held_lamports`.
pub fn create_in_place(
    instructions: Vec<Instruction>,
    [payer, address, owner]: [&Pubkey; 3],
    [held_lamports, rent_lamports]: [u64; 2],
    bytes: usize,
) -> Vec<Instruction> {
    let missing_lamports = rent_lamports.saturating_sub(held_lamports);
    let pay = (missing_lamports > 0).then(|| transfer_sol(payer, address, missing_lamports));
    let create = [allocate(address, bytes as u64), assign(address, owner)];
    pay.into_iter().chain(create).chain(instructions.into_iter().skip(1)).collect()
}
