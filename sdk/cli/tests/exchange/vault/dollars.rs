//! A token of somebody's own.

use anchor_spl::token::spl_token::instruction as spl;
use modchains_sdk::{
    AccountMeta, Instruction, Keypair, Pubkey, Signer, address,
    instruction::{Token, token::create_account},
};
use solana_system_interface::instruction::create_account as create_system_account;

use crate::network::Person;

/// What a dollar issuer can do: mint, freeze and thaw. Whoever pays is the issuer.
pub struct Dollars {
    issuer: Pubkey,
    /// What they are.
    pub token: Token,
}

impl Dollars {
    /// Bytes of a mint, and lamports that are more than its rent.
    const MINT: (u64, u64) = (82, 5_000_000);

    /// Makes a mint of 6 decimals, and 1,000 for the issuer.
    pub fn issue(issuer: &Person) -> Self {
        let (key, mint) = (issuer.address.parse().unwrap(), Keypair::new());
        let token = Token { mint: mint.pubkey(), program: address::TOKEN_PROGRAM };
        let (bytes, lamports) = Self::MINT;
        let create = create_system_account(&key, &token.mint, lamports, bytes, &token.program);
        let initialize = spl::initialize_mint2(&token.program, &token.mint, &key, Some(&key), 6).unwrap();
        let account = token.account_of(&key);
        let mint_to = spl::mint_to(&token.program, &token.mint, &account, &key, &[], 1_000_000_000).unwrap();
        issuer.send(&[create, initialize, create_account(&key, &key, &token), mint_to], &[&mint]);
        Self { issuer: key, token }
    }

    /// Freezes an account.
    pub fn freeze(&self, issuer: &Person, account: &Pubkey) {
        let Token { mint, program } = &self.token;
        issuer.send(&[spl::freeze_account(program, account, mint, &self.issuer, &[]).unwrap()], &[]);
    }

    /// Thaws an account.
    pub fn thaw(&self, issuer: &Person, account: &Pubkey) {
        let Token { mint, program } = &self.token;
        issuer.send(&[spl::thaw_account(program, account, mint, &self.issuer, &[]).unwrap()], &[]);
    }
}

/// Sends tokens of `sender` to an account, as any wallet does: no program of ours hears of it.
pub fn send_tokens(sender: &Person, token: &Token, to: &Pubkey, atoms: u64) {
    /// The token programs' plain transfer.
    const TRANSFER: u8 = 3;
    let owner: Pubkey = sender.address.parse().unwrap();
    let accounts = vec![
        AccountMeta::new(token.account_of(&owner), false),
        AccountMeta::new(*to, false),
        AccountMeta::new_readonly(owner, true),
    ];
    let data = [&[TRANSFER][..], &atoms.to_le_bytes()].concat();
    sender.send(&[Instruction { program_id: token.program, accounts, data }], &[]);
}
