//! Token CPIs with the smallest instruction that does the job, and a view of token accounts.
//!
//! Plain `Transfer` is used rather than `TransferChecked`: every mint that can reach these calls is either ours or
//! was allow-listed, neither of which can carry a fee or a hook, and the checked form would need one more account.

use anchor_lang::prelude::*;
use anchor_spl::{token, token_2022};
use modchains_program_interface::{readonly, writable};

use crate::{account, cpi, keys::same};

/// Instruction tags shared by Token and Token-2022.
const TRANSFER: u8 = 3;
const MINT_TO: u8 = 7;
const BURN: u8 = 8;
const CLOSE_ACCOUNT: u8 = 9;
const INITIALIZE_ACCOUNT_3: u8 = 18;
/// Length of a token account without extensions.
const TOKEN_ACCOUNT_BYTES: usize = 165;

/// The parties to a token account's creation.
pub struct AccountCreation<'a, 'info> {
    /// Pays the rent; signs.
    pub payer: &'a AccountInfo<'info>,
    /// The program-derived address to create.
    pub account: &'a AccountInfo<'info>,
    /// Mint of the tokens, without an extension that needs one in its accounts (see [`crate::mint`]).
    pub mint: &'a AccountInfo<'info>,
    /// Will own the tokens.
    pub authority: &'a Pubkey,
    /// Program of the mint.
    pub token_program: &'a AccountInfo<'info>,
}

impl AccountCreation<'_, '_> {
    /// Creates and initialises the token account, which `signer_seeds`, with the bump, are the seeds of. Does what
    /// Anchor's `init` does, in one copy for all accounts: each `init` adds 10 KB to a program.
    pub fn invoke(&self, signer_seeds: &[&[u8]]) -> Result<()> {
        let program = self.token_program.key;
        // The mint is trusted, so no other program can stand in for its token program.
        if !same(self.mint.owner, program) {
            return Err(ErrorCode::InvalidProgramId.into());
        }
        account::create(self.payer, self.account, TOKEN_ACCOUNT_BYTES, program, signer_seeds)?;
        let mut data = [INITIALIZE_ACCOUNT_3; 33];
        data[1..].copy_from_slice(self.authority.as_ref());
        cpi::call(program, &[writable(self.account), readonly(self.mint)], &data, &[])
    }
}

/// Moves `atoms` from `from` to `to`; `authority` owns `from`. `signer_seeds` is empty when a person signs.
pub fn transfer<'info>(
    token_program: &AccountInfo<'info>,
    from: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    authority: &AccountInfo<'info>,
    atoms: u64,
    signer_seeds: &[&[&[u8]]],
) -> Result<()> {
    invoke(token_program, TRANSFER, [from, to, authority], atoms, signer_seeds)
}

/// Mints `atoms` of `mint` to `to`; `authority` is the mint authority.
pub fn mint_to<'info>(
    token_program: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    authority: &AccountInfo<'info>,
    atoms: u64,
    signer_seeds: &[&[&[u8]]],
) -> Result<()> {
    invoke(token_program, MINT_TO, [mint, to, authority], atoms, signer_seeds)
}

/// Burns `atoms` of `mint` held in `from`; `authority` owns `from`.
pub fn burn<'info>(
    token_program: &AccountInfo<'info>,
    from: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    authority: &AccountInfo<'info>,
    atoms: u64,
) -> Result<()> {
    invoke(token_program, BURN, [from, mint, authority], atoms, &[])
}

/// Closes the empty token account `account`; its rent goes to `destination`, and `authority` owns it.
pub fn close_account<'info>(
    token_program: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    destination: &AccountInfo<'info>,
    authority: &AccountInfo<'info>,
    signer_seeds: &[&[&[u8]]],
) -> Result<()> {
    if !same(account.owner, token_program.key) {
        return Err(ErrorCode::InvalidProgramId.into());
    }
    let parties = [writable(account), writable(destination), readonly(authority).signing()];
    cpi::call(token_program.key, &parties, &[CLOSE_ACCOUNT], signer_seeds)
}

/// What is in `account`, a token account that a program of ours has created, in atoms.
pub fn balance_atoms(account: &AccountInfo) -> Result<u64> {
    let data = account.try_borrow_data()?;
    let atoms = data.get(64..72).and_then(|bytes| bytes.first_chunk::<8>());
    Ok(u64::from_le_bytes(*atoms.ok_or(ErrorCode::AccountDidNotDeserialize)?))
}

fn invoke<'info>(
    token_program: &AccountInfo<'info>,
    tag: u8,
    [first, second, authority]: [&AccountInfo<'info>; 3],
    atoms: u64,
    signer_seeds: &[&[&[u8]]],
) -> Result<()> {
    // One of the two is the caller's own, so no other program can stand in for the token program.
    if !same(first.owner, token_program.key) || !same(second.owner, token_program.key) {
        return Err(ErrorCode::InvalidProgramId.into());
    }
    let mut data = [tag; 9];
    data[1..].copy_from_slice(&atoms.to_le_bytes());
    let parties = [writable(first), writable(second), readonly(authority).signing()];
    cpi::call(token_program.key, &parties, &data, signer_seeds)
}

/// The associated token account program.
pub const ASSOCIATED_TOKEN_PROGRAM: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Tag of its instruction that creates an account.
const CREATE: u8 = 0;

/// Creates `account`, the associated token account of `payer` for `mint`. The associated token program, which must be
/// among the transaction's accounts, refuses any other address.
pub fn create_associated<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    system_program: &AccountInfo<'info>,
    token_program: &AccountInfo<'info>,
) -> Result<()> {
    let parties = [
        writable(payer).signing(),
        writable(account),
        readonly(payer),
        readonly(mint),
        readonly(system_program),
        readonly(token_program),
    ];
    cpi::call(&ASSOCIATED_TOKEN_PROGRAM, &parties, &[CREATE], &[])
}

/// Refuses `account` unless it is an initialised token account of `mint` owned by `owner` under either token program.
pub fn require_token_account(account: &AccountInfo, mint: &Pubkey, owner: &Pubkey) -> Result<()> {
    let refused = |error: ErrorCode| Err(error.into());
    if *account.owner != token::ID && *account.owner != token_2022::ID {
        return refused(ErrorCode::AccountOwnedByWrongProgram);
    }
    let data = account.try_borrow_data()?;
    if data.len() < TOKEN_ACCOUNT_BYTES {
        return refused(ErrorCode::AccountDidNotDeserialize);
    }
    // A mint with extensions is padded to this length too; only a token account says 2 in its type byte.
    let is_token_account = data.len() == TOKEN_ACCOUNT_BYTES || data[TOKEN_ACCOUNT_BYTES] == 2;
    if !is_token_account || data[108] == 0 {
        return refused(ErrorCode::AccountNotInitialized);
    }
    if data[..32] != mint.to_bytes() {
        return refused(ErrorCode::ConstraintTokenMint);
    }
    if data[32..64] != owner.to_bytes() {
        return refused(ErrorCode::ConstraintTokenOwner);
    }
    Ok(())
}

/// Refuses `destination` unless it is where `owner` may be paid tokens of `mint`: its associated token account, or, when it
/// signs, any token account of its own. So nobody but the owner chooses among the owner's accounts: one that the
/// owner has lent, forgotten or promised elsewhere is no place for a stranger to send its money to.
///
/// The address is searched for only when the owner has not signed: 1,500 compute units for each bump tried.
pub fn require_payee(destination: &AccountInfo, mint: &Pubkey, owner: &AccountInfo) -> Result<()> {
    require_token_account(destination, mint, owner.key)?;
    if owner.is_signer || same(destination.key, &associated_address(owner.key, mint, destination.owner)) {
        return Ok(());
    }
    Err(ErrorCode::AccountNotAssociatedTokenAccount.into())
}

/// Address of the associated token account of `owner` for `mint`, a mint of `token_program`.
pub fn associated_address(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    let seeds = [owner.as_ref(), token_program.as_ref(), mint.as_ref()];
    Pubkey::find_program_address(&seeds, &ASSOCIATED_TOKEN_PROGRAM).0
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: Pubkey = Pubkey::new_from_array([1; 32]);
    const OWNER: Pubkey = Pubkey::new_from_array([2; 32]);
    const STRANGER: Pubkey = Pubkey::new_from_array([3; 32]);

    /// Whether `require_payee` takes an initialised account of `mint` and `owner` at `address` under `token_program`.
    fn payee(address: Pubkey, token_program: Pubkey, mint: Pubkey, owner: Pubkey, owner_is_signer: bool) -> Result<()> {
        let (mut lamports, mut data) = (1, [0; TOKEN_ACCOUNT_BYTES]);
        data[..32].copy_from_slice(mint.as_ref());
        data[32..64].copy_from_slice(owner.as_ref());
        data[108] = 1;
        let account = AccountInfo::new(&address, false, true, &mut lamports, &mut data, &token_program, false);
        let (mut none, mut empty) = (0, []);
        let payee = AccountInfo::new(&OWNER, owner_is_signer, false, &mut none, &mut empty, &STRANGER, false);
        require_payee(&account, &MINT, &payee)
    }

    #[test]
    fn a_stranger_pays_the_owners_associated_account_and_no_other() {
        for token_program in [token::ID, token_2022::ID] {
            let associated = associated_address(&OWNER, &MINT, &token_program);
            let other = associated_address(&STRANGER, &MINT, &token_program);
            assert_eq!(payee(associated, token_program, MINT, OWNER, false), Ok(()));
            let refused = Err(ErrorCode::AccountNotAssociatedTokenAccount.into());
            assert_eq!(payee(other, token_program, MINT, OWNER, false), refused);
        }
        let under_the_other_program = associated_address(&OWNER, &MINT, &token::ID);
        let refused = Err(ErrorCode::AccountNotAssociatedTokenAccount.into());
        assert_eq!(payee(under_the_other_program, token_2022::ID, MINT, OWNER, false), refused);
    }

    #[test]
    fn an_owner_that_signs_chooses_among_its_own_accounts_alone() {
        let address = Pubkey::new_from_array([4; 32]);
        assert_eq!(payee(address, token::ID, MINT, OWNER, true), Ok(()));
        let refused = |error: ErrorCode| Err(error.into());
        assert_eq!(payee(address, token::ID, MINT, STRANGER, true), refused(ErrorCode::ConstraintTokenOwner));
        assert_eq!(payee(address, token::ID, STRANGER, OWNER, true), refused(ErrorCode::ConstraintTokenMint));
        assert_eq!(payee(address, STRANGER, MINT, OWNER, true), refused(ErrorCode::AccountOwnedByWrongProgram));
    }

    #[test]
    fn an_associated_account_that_changed_hands_is_nobodys_to_pay() {
        let associated = associated_address(&OWNER, &MINT, &token::ID);
        let refused = Err(ErrorCode::ConstraintTokenOwner.into());
        assert_eq!(payee(associated, token::ID, MINT, STRANGER, false), refused);
    }
}
