//! Creating accounts whose bump the caller already knows, and reading accounts of other programs.

use anchor_lang::{
    prelude::*,
    solana_program::{program::invoke_signed, system_instruction},
};

/// Creates the program-derived account `account` with `space` bytes owned by `owner`, paid by `payer`.
///
/// `signer_seeds` are the account's seeds with its bump; the runtime refuses seeds that do not give its address. Unlike
/// an address search this costs the same for every key. Lamports somebody sent to the address beforehand are kept
/// and do not block the creation.
pub fn create<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    system_program: &AccountInfo<'info>,
    space: usize,
    owner: &Pubkey,
    signer_seeds: &[&[u8]],
) -> Result<()> {
    let rent_lamports = Rent::get()?.minimum_balance(space);
    let accounts = [payer.clone(), account.clone(), system_program.clone()];
    if account.lamports() == 0 {
        let create = system_instruction::create_account(payer.key, account.key, rent_lamports, space as u64, owner);
        invoke_signed(&create, &accounts, &[signer_seeds])?;
        return Ok(());
    }
    let missing_lamports = rent_lamports.saturating_sub(account.lamports());
    if missing_lamports > 0 {
        invoke_signed(&system_instruction::transfer(payer.key, account.key, missing_lamports), &accounts, &[])?;
    }
    invoke_signed(&system_instruction::allocate(account.key, space as u64), &accounts, &[signer_seeds])?;
    invoke_signed(&system_instruction::assign(account.key, owner), &accounts, &[signer_seeds])?;
    Ok(())
}

/// The data of a foreign account after its discriminator, or an error unless `program` owns it and it carries
/// `discriminator`. The program id is what makes it genuine: only that program can write such an account.
pub fn read_foreign<'a>(
    account: &'a AccountInfo,
    program: &Pubkey,
    discriminator: &[u8; 8],
) -> Result<core::cell::Ref<'a, [u8]>> {
    require_keys_eq!(*account.owner, *program, ErrorCode::AccountOwnedByWrongProgram);
    let data = account.try_borrow_data()?;
    require!(data.len() > 8 && data[..8] == discriminator[..], ErrorCode::AccountDiscriminatorMismatch);
    Ok(core::cell::Ref::map(data, |bytes| &bytes[8..]))
}
