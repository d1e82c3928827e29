//! Creating accounts whose bump the caller already knows, and reading accounts of other programs.

use anchor_lang::{
    prelude::*,
    solana_program::{bpf_loader_upgradeable, program::invoke_signed, system_instruction},
};

/// First bytes of the loader's program data accounts: the variant of its state enum.
const PROGRAM_DATA_TAG: [u8; 4] = [3, 0, 0, 0];

/// Creates the program-derived account `account` with `space` bytes owned by `owner`, paid by `payer`.
///
/// `signer_seeds` are the account's seeds with its bump; the runtime refuses seeds that do not give its address. An
/// account that signs the transaction itself is refused, because the runtime would accept that signature in place of
/// the seeds. Unlike an address search this costs the same for every key. Lamports somebody sent to the address
/// beforehand are kept and do not block the creation.
pub fn create<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    system_program: &AccountInfo<'info>,
    space: usize,
    owner: &Pubkey,
    signer_seeds: &[&[u8]],
) -> Result<()> {
    if account.is_signer {
        return Err(ErrorCode::ConstraintSeeds.into());
    }
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

/// Who may upgrade `program`, read from `program_data`, the account in which the upgradeable loader keeps it: tag, slot
/// of the last deployment, authority. `None` when nobody may. The typed account would add 40 KB to a program: its
/// decoder can print every kind of number.
pub fn upgrade_authority(program_data: &AccountInfo, program: &Pubkey) -> Result<Option<Pubkey>> {
    let (address, _) = Pubkey::find_program_address(&[program.as_ref()], &bpf_loader_upgradeable::ID);
    let is_program_data = *program_data.key == address && *program_data.owner == bpf_loader_upgradeable::ID;
    require!(is_program_data, ErrorCode::AccountNotProgramData);
    let data = program_data.try_borrow_data()?;
    require!(data.starts_with(&PROGRAM_DATA_TAG), ErrorCode::AccountNotProgramData);
    match data.get(12..) {
        Some([1, authority @ ..]) => {
            let bytes = authority.first_chunk::<32>().ok_or(ErrorCode::AccountDidNotDeserialize)?;
            Ok(Some(Pubkey::new_from_array(*bytes)))
        }
        Some([0, ..]) => Ok(None),
        _ => Err(ErrorCode::AccountDidNotDeserialize.into()),
    }
}
