//! One builder for each instruction. Each takes people, a model and a token, and derives every other address.

mod authority;
pub mod budget;
pub mod claim;
pub mod exchange;
pub mod governance;
mod operator;
pub mod oracle;
mod payee;
pub mod registry;
pub mod staking;
pub mod token;
pub mod trade;
pub mod vault;

pub use {payee::Payee, token::Token};

use anchor_lang::{InstructionData, ToAccountMetas};
use solana_instruction::Instruction;

use crate::Pubkey;

fn instruction(program_id: Pubkey, accounts: &impl ToAccountMetas, data: &impl InstructionData) -> Instruction {
    Instruction { program_id, accounts: accounts.to_account_metas(None), data: data.data() }
}
