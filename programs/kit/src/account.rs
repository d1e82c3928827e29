//! Creating accounts whose bump the caller already knows, and reading accounts of other programs.

use core::cell::{Ref, RefMut};

use anchor_lang::{Discriminator, prelude::*, solana_program::bpf_loader_upgradeable, system_program};
use modchains_program_interface::{Party, View, writable};

use crate::cpi;

/// Tags of the system program's instructions.
const CREATE_ACCOUNT: u32 = 0;
const ASSIGN: u32 = 1;
const TRANSFER: u32 = 2;
const ALLOCATE: u32 = 8;
/// What an account costs besides its data, in bytes.
const ACCOUNT_OVERHEAD_BYTES: u64 = 128;

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
    space: usize,
    owner: &Pubkey,
    signer_seeds: &[&[u8]],
) -> Result<()> {
    create_to_grow(payer, account, space, space, owner, signer_seeds)
}

/// Creates an account as [`create`] does, with the rent of the `final_space` bytes that its owner will make it.
pub fn create_to_grow<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    space: usize,
    final_space: usize,
    owner: &Pubkey,
    signer_seeds: &[&[u8]],
) -> Result<()> {
    if account.is_signer {
        return Err(ErrorCode::ConstraintSeeds.into());
    }
    let rent_lamports = rent_lamports(final_space)?;
    let both = [writable(payer).signing(), writable(account).signing()];
    if account.lamports() == 0 {
        let data = [&rent_lamports.to_le_bytes()[..], &(space as u64).to_le_bytes(), owner.as_ref()];
        return call_system(CREATE_ACCOUNT, &data, &both, signer_seeds);
    }
    pay_missing(payer, account, rent_lamports)?;
    call_system(ALLOCATE, &[&(space as u64).to_le_bytes()], &both[1..], signer_seeds)?;
    call_system(ASSIGN, &[owner.as_ref()], &both[1..], signer_seeds)
}

/// Creates the account of a state of the calling program, `program_id`, as [`create`] does and writes it.
pub fn create_state<'info, T: bytemuck::Pod + Discriminator>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    program_id: &Pubkey,
    signer_seeds: &[&[u8]],
    state: &T,
) -> Result<()> {
    create_bytes(payer, account, program_id, signer_seeds, T::DISCRIMINATOR, bytemuck::bytes_of(state))
}

fn create_bytes<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    program_id: &Pubkey,
    signer_seeds: &[&[u8]],
    discriminator: &[u8],
    bytes: &[u8],
) -> Result<()> {
    create(payer, account, discriminator.len() + bytes.len(), program_id, signer_seeds)?;
    let mut data = account.try_borrow_mut_data()?;
    let (head, rest) = data.split_at_mut(discriminator.len());
    head.copy_from_slice(discriminator);
    rest.copy_from_slice(bytes);
    Ok(())
}

/// Creates the account of a state that is too large for the stack, as [`create`] does. Its bytes are zero: the caller
/// fills it in place, by [`state_mut`].
pub fn create_zeroed<'info, T: bytemuck::Pod + Discriminator>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    program_id: &Pubkey,
    signer_seeds: &[&[u8]],
) -> Result<()> {
    create(payer, account, T::DISCRIMINATOR.len() + size_of::<T>(), program_id, signer_seeds)?;
    account.try_borrow_mut_data()?[..T::DISCRIMINATOR.len()].copy_from_slice(T::DISCRIMINATOR);
    Ok(())
}

/// The bump of `account`'s address, which must be the one that `seeds` give first: of all addresses that the same seeds
/// give with other bumps, none is taken, so there is one account for each. Costs 1,500 compute units for each bump tried.
pub fn canonical_bump(account: &AccountInfo, seeds: &[&[u8]], program_id: &Pubkey) -> Result<u8> {
    let (address, bump) = Pubkey::find_program_address(seeds, program_id);
    if address != *account.key {
        return Err(ErrorCode::ConstraintSeeds.into());
    }
    Ok(bump)
}

/// The state in `account`, for reading and writing. Refuses an account that is not the calling program's, `program_id`,
/// or holds another type. For accounts that may have to be created first: Anchor's loader takes existing ones alone.
pub fn state_mut<'a, T: bytemuck::Pod + Discriminator>(
    account: &'a AccountInfo,
    program_id: &Pubkey,
) -> Result<RefMut<'a, T>> {
    require_state(account, program_id, T::DISCRIMINATOR, size_of::<T>())?;
    let data = account.try_borrow_mut_data()?;
    let from = T::DISCRIMINATOR.len();
    Ok(RefMut::map(data, |bytes| bytemuck::from_bytes_mut(&mut bytes[from..][..size_of::<T>()])))
}

fn require_state(account: &AccountInfo, program_id: &Pubkey, discriminator: &[u8], length: usize) -> Result<()> {
    if account.owner != program_id {
        return Err(ErrorCode::AccountOwnedByWrongProgram.into());
    }
    let data = account.try_borrow_data()?;
    if data.get(..discriminator.len()) != Some(discriminator) {
        return Err(ErrorCode::AccountDiscriminatorMismatch.into());
    }
    if data.len() - discriminator.len() < length {
        return Err(ErrorCode::AccountDidNotDeserialize.into());
    }
    Ok(())
}

/// Closes an account of the calling program and gives its lamports to `receiver`. Nobody can use what was in it later
/// in the same transaction: it has no owner and no data any more.
pub fn close(account: &AccountInfo, receiver: &AccountInfo) -> Result<()> {
    let total = receiver.lamports().checked_add(account.lamports()).ok_or(ProgramError::ArithmeticOverflow)?;
    **receiver.try_borrow_mut_lamports()? = total;
    **account.try_borrow_mut_lamports()? = 0;
    account.assign(&system_program::ID);
    Ok(account.resize(0)?)
}

/// Pays into `account` what it misses of `lamports`.
pub fn pay_missing<'info>(payer: &AccountInfo<'info>, account: &AccountInfo<'info>, lamports: u64) -> Result<()> {
    let missing_lamports = lamports.saturating_sub(account.lamports());
    if missing_lamports == 0 {
        return Ok(());
    }
    let parties = [writable(payer).signing(), writable(account)];
    call_system(TRANSFER, &[&missing_lamports.to_le_bytes()], &parties, &[])
}

/// Lamports that keep an account of `space` bytes alive, from the Rent sysvar. The sysvar's factor is a float that is
/// one or two; the float arithmetic of `Rent::minimum_balance` would add 8 KB to a program.
pub fn rent_lamports(space: usize) -> Result<u64> {
    let rent = Rent::get()?;
    // reason: renamed in later versions of the sysvar, which keep their meaning and place.
    #[allow(deprecated)]
    let (lamports_per_byte, factor) = (rent.lamports_per_byte_year, rent.exemption_threshold);
    let factor = match factor.to_bits() {
        bits if bits == 1f64.to_bits() => 1,
        bits if bits == 2f64.to_bits() => 2,
        _ => return Err(ProgramError::UnsupportedSysvar.into()),
    };
    (space as u64)
        .checked_add(ACCOUNT_OVERHEAD_BYTES)
        .and_then(|bytes| bytes.checked_mul(lamports_per_byte))
        .and_then(|lamports| lamports.checked_mul(factor))
        .ok_or_else(|| ProgramError::ArithmeticOverflow.into())
}

fn call_system(tag: u32, arguments: &[&[u8]], parties: &[Party<&AccountInfo>], signer_seeds: &[&[u8]]) -> Result<()> {
    let mut data = tag.to_le_bytes().to_vec();
    for argument in arguments {
        data.extend_from_slice(argument);
    }
    cpi::call(&system_program::ID, parties, &data, &[signer_seeds])
}

/// The first fields of another program's account, or an error unless that program owns it, it is of the view's type and
/// long enough. The owner is what makes it genuine: only that program can write such an account.
pub fn view<'a, T: View>(account: &'a AccountInfo) -> Result<Ref<'a, T>> {
    let fields = foreign_fields(account, &T::PROGRAM, &T::DISCRIMINATOR)?;
    let viewed = Ref::filter_map(fields, |bytes| bytemuck::try_from_bytes(bytes.get(..size_of::<T>())?).ok());
    viewed.map_err(|_| ErrorCode::AccountDidNotDeserialize.into())
}

fn foreign_fields<'a>(account: &'a AccountInfo, program: &Pubkey, discriminator: &[u8; 8]) -> Result<Ref<'a, [u8]>> {
    if account.owner != program {
        return Err(ErrorCode::AccountOwnedByWrongProgram.into());
    }
    let data = account.try_borrow_data()?;
    if data.len() <= 8 || data[..8] != discriminator[..] {
        return Err(ErrorCode::AccountDiscriminatorMismatch.into());
    }
    Ok(Ref::map(data, |bytes| &bytes[8..]))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_program_interface::exchange::Market;

    use super::*;

    /// What a view of a market finds in an account of `owner` with `data`.
    fn read(owner: &Pubkey, data: &[u64]) -> Result<Market> {
        let (key, mut lamports, mut data) = (Pubkey::new_unique(), 1, data.to_vec());
        let bytes = bytemuck::cast_slice_mut(&mut data);
        let account = AccountInfo::new(&key, false, false, &mut lamports, bytes, owner, false);
        Ok(*view::<Market>(&account)?)
    }

    /// A market's discriminator and as many bytes as its view has.
    fn market_data() -> Vec<u64> {
        let mut data = vec![u64::from_le_bytes(Market::DISCRIMINATOR)];
        data.extend(1..=size_of::<Market>() as u64 / 8);
        data
    }

    #[test]
    fn a_view_shows_the_first_fields_of_an_account_however_long_it_is() {
        let data = market_data();
        let market = read(&Market::PROGRAM, &data).unwrap();
        assert_eq!(bytemuck::bytes_of(&market), bytemuck::cast_slice::<u64, u8>(&data[1..]));
        assert_eq!(read(&Market::PROGRAM, &[data, vec![7; 9]].concat()).unwrap(), market);
    }

    #[test]
    fn an_account_of_another_program_or_type_or_one_cut_short_is_refused() {
        let data = market_data();
        let refused = |owner: &Pubkey, data: &[u64], error: ErrorCode| {
            assert_eq!(read(owner, data).unwrap_err(), error.into());
        };
        refused(&Pubkey::new_unique(), &data, ErrorCode::AccountOwnedByWrongProgram);
        refused(&Market::PROGRAM, &data[1..], ErrorCode::AccountDiscriminatorMismatch);
        refused(&Market::PROGRAM, &[], ErrorCode::AccountDiscriminatorMismatch);
        refused(&Market::PROGRAM, &data[..data.len() - 1], ErrorCode::AccountDidNotDeserialize);
    }
}
