//! Token accounts, and SOL as a token.

use anchor_spl::token::spl_token;
use solana_instruction::{AccountMeta, Instruction};

use crate::{Pubkey, address};

/// Tag of the associated token program's instruction that accepts an account that exists already.
const CREATE_IDEMPOTENT: u8 = 1;
/// Size of an account of a plain token, such as wrapped SOL.
pub const TOKEN_ACCOUNT_BYTES: usize = 165;
/// Size of an associated account of a model's token: its owner cannot be changed, which is an extension of five bytes.
pub const MODEL_TOKEN_ACCOUNT_BYTES: usize = TOKEN_ACCOUNT_BYTES + 5;

/// A mint with the token program it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The mint.
    pub mint: Pubkey,
    /// Its token program.
    pub program: Pubkey,
}

impl Token {
    /// SOL as a token.
    pub const WRAPPED_SOL: Self = Self { mint: address::WRAPPED_SOL_MINT, program: address::TOKEN_PROGRAM };

    /// The token of a model.
    pub fn of_model(model: &Pubkey) -> Self {
        Self { mint: address::exchange::mint(model), program: address::TOKEN_2022_PROGRAM }
    }

    /// The associated token account of `owner`.
    pub fn account_of(&self, owner: &Pubkey) -> Pubkey {
        address::associated_token(owner, &self.mint, &self.program)
    }

    /// Whether this is SOL, which needs wrapping.
    pub fn is_wrapped_sol(&self) -> bool {
        *self == Self::WRAPPED_SOL
    }
}

/// Creates the associated token account of `owner`, or does nothing when it exists. `payer` signs and pays the rent.
pub fn create_account(payer: &Pubkey, owner: &Pubkey, token: &Token) -> Instruction {
    let accounts = vec![
        AccountMeta::new(*payer, true),
        AccountMeta::new(token.account_of(owner), false),
        AccountMeta::new_readonly(*owner, false),
        AccountMeta::new_readonly(token.mint, false),
        AccountMeta::new_readonly(address::SYSTEM_PROGRAM, false),
        AccountMeta::new_readonly(token.program, false),
    ];
    Instruction { program_id: address::ASSOCIATED_TOKEN_PROGRAM, accounts, data: vec![CREATE_IDEMPOTENT] }
}

/// Turns `lamports` of `owner` into wrapped SOL in its associated account, created when missing. In this order: create,
/// transfer, then make the token balance follow.
pub fn wrap_sol(owner: &Pubkey, lamports: u64) -> [Instruction; 3] {
    let account = Token::WRAPPED_SOL.account_of(owner);
    let sync_native = Instruction {
        program_id: address::TOKEN_PROGRAM,
        accounts: vec![AccountMeta::new(account, false)],
        data: spl_token::instruction::TokenInstruction::SyncNative.pack(),
    };
    [
        create_account(owner, owner, &Token::WRAPPED_SOL),
        solana_system_interface::instruction::transfer(owner, &account, lamports),
        sync_native,
    ]
}

/// Turns all wrapped SOL of `owner` back into lamports by closing its associated account, rent included.
pub fn unwrap_sol(owner: &Pubkey) -> Instruction {
    close_account(owner, &Token::WRAPPED_SOL)
}

/// Closes the associated token account of `owner`; its rent goes to the owner. It must be empty unless it holds SOL.
pub fn close_account(owner: &Pubkey, token: &Token) -> Instruction {
    close_account_at(owner, &token.account_of(owner), &token.program)
}

/// As [`close_account`], for any token account of `owner`.
pub fn close_account_at(owner: &Pubkey, account: &Pubkey, token_program: &Pubkey) -> Instruction {
    Instruction {
        program_id: *token_program,
        accounts: vec![
            AccountMeta::new(*account, false),
            AccountMeta::new(*owner, false),
            AccountMeta::new_readonly(*owner, true),
        ],
        data: spl_token::instruction::TokenInstruction::CloseAccount.pack(),
    }
}

/// Moves `lamports` from `from`, which signs, to `to`.
pub fn transfer_sol(from: &Pubkey, to: &Pubkey, lamports: u64) -> Instruction {
    solana_system_interface::instruction::transfer(from, to, lamports)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn wrapping_creates_then_transfers_then_syncs_the_same_account() {
        let owner = Pubkey::new_unique();
        let [create, transfer, sync] = wrap_sol(&owner, 7);
        let account = Token::WRAPPED_SOL.account_of(&owner);
        assert_eq!((create.program_id, create.accounts[1].pubkey), (address::ASSOCIATED_TOKEN_PROGRAM, account));
        assert_eq!((transfer.program_id, transfer.accounts[1].pubkey), (address::SYSTEM_PROGRAM, account));
        assert_eq!(sync, spl_token::instruction::sync_native(&address::TOKEN_PROGRAM, &account).unwrap());
    }

    #[test]
    fn unwrapping_closes_the_account_to_its_owner() {
        let owner = Pubkey::new_unique();
        let account = Token::WRAPPED_SOL.account_of(&owner);
        let expected =
            spl_token::instruction::close_account(&address::TOKEN_PROGRAM, &account, &owner, &owner, &[]).unwrap();
        assert_eq!(unwrap_sol(&owner), expected);
    }
}
