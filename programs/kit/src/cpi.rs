//! Calls to other programs.

use anchor_lang::prelude::*;
use modchains_program_interface::Party;

/// Calls a program with everything on the stack, for a third of the compute units of the Solana SDK's way. `signer_seeds`
/// are those of addresses of the calling program that sign; empty when persons sign alone. An account whose data the
/// callee makes longer or shorter is listed as writable once.
///
/// # Errors
/// `AccountBorrowFailed` when an account that the call may change is borrowed, or one that it may read is borrowed to be
/// changed: the callee would write what the caller holds a reference to.
pub fn call(program: &Pubkey, parties: &[Party<&AccountInfo>], data: &[u8], signer_seeds: &[&[&[u8]]]) -> Result<()> {
    #[cfg(target_os = "solana")]
    return stack::call(program, parties, data, without_empty(signer_seeds));
    #[cfg(not(target_os = "solana"))]
    {
        use anchor_lang::solana_program::{instruction::Instruction, program::invoke_signed_unchecked};
        parties.iter().try_for_each(require_free)?;
        let accounts: Vec<_> = parties.iter().map(|party| party.account.clone()).collect();
        let metas = parties.iter().map(|party| AccountMeta {
            pubkey: *party.account.key,
            is_signer: party.is_signer,
            is_writable: party.is_writable,
        });
        let instruction = Instruction { program_id: *program, accounts: metas.collect(), data: data.to_vec() };
        Ok(invoke_signed_unchecked(&instruction, &accounts, without_empty(signer_seeds))?)
    }
}

/// Refuses an account of which somebody holds a reference that the call would invalidate.
#[inline(always)]
fn require_free(party: &Party<&AccountInfo>) -> Result<()> {
    let (lamports, data) = (&party.account.lamports, &party.account.data);
    let is_free = if party.is_writable {
        lamports.try_borrow_mut().is_ok() && data.try_borrow_mut().is_ok()
    } else {
        lamports.try_borrow().is_ok() && data.try_borrow().is_ok()
    };
    if is_free { Ok(()) } else { Err(ProgramError::AccountBorrowFailed.into()) }
}

/// An empty list of seeds means that persons sign alone; the runtime would take it for an address without seeds.
fn without_empty<'a>(signer_seeds: &'a [&'a [&'a [u8]]]) -> &'a [&'a [&'a [u8]]] {
    match signer_seeds {
        [[]] => &[],
        seeds => seeds,
    }
}

/// The runtime's C interface for calls.
#[cfg(target_os = "solana")]
mod stack {
    // reason: the interface takes pointers.
    #![allow(unsafe_code)]

    use core::mem::MaybeUninit;

    use anchor_lang::prelude::*;

    use super::{Party, require_free};

    /// Most accounts of one call.
    const PARTIES_MAX: usize = 12;

    #[repr(C)]
    struct CallC {
        program: *const Pubkey,
        metas: *const MetaC,
        metas_count: u64,
        data: *const u8,
        data_bytes: u64,
    }

    #[repr(C)]
    struct MetaC {
        key: *const Pubkey,
        is_writable: bool,
        is_signer: bool,
    }

    /// The runtime writes `data_bytes` anew when the callee has changed it.
    #[repr(C)]
    struct InfoC {
        key: *const Pubkey,
        lamports: *const u64,
        data_bytes: u64,
        data: *const u8,
        owner: *const Pubkey,
        rent_epoch: u64,
        is_signer: bool,
        is_writable: bool,
        executable: bool,
    }

    #[inline(never)]
    pub fn call(
        program: &Pubkey,
        parties: &[Party<&AccountInfo>],
        data: &[u8],
        signer_seeds: &[&[&[u8]]],
    ) -> Result<()> {
        if parties.len() > PARTIES_MAX {
            return Err(ProgramError::InvalidArgument.into());
        }
        let mut metas = [const { MaybeUninit::<MetaC>::uninit() }; PARTIES_MAX];
        let mut infos = [const { MaybeUninit::<InfoC>::uninit() }; PARTIES_MAX];
        for ((party, meta), info) in parties.iter().zip(&mut metas).zip(&mut infos) {
            require_free(party)?;
            let account = party.account;
            meta.write(MetaC { key: account.key, is_writable: party.is_writable, is_signer: party.is_signer });
            // SAFETY: no borrow is in the way, and the pointers are those that the runtime gave the account.
            let (lamports, account_data) = unsafe { (&**account.lamports.as_ptr(), &**account.data.as_ptr()) };
            info.write(InfoC {
                key: account.key,
                lamports,
                data_bytes: account_data.len() as u64,
                data: account_data.as_ptr(),
                owner: account.owner,
                rent_epoch: 0,
                is_signer: account.is_signer,
                is_writable: account.is_writable,
                executable: account.executable,
            });
        }
        let call = CallC {
            program,
            metas: metas.as_ptr().cast(),
            metas_count: parties.len() as u64,
            data: data.as_ptr(),
            data_bytes: data.len() as u64,
        };
        // SAFETY: as many metas and infos are written as there are parties; slices of slices of bytes are pairs of
        // pointer and length, which is what the interface takes as seeds.
        let result = unsafe {
            solana_define_syscall::definitions::sol_invoke_signed_c(
                core::ptr::from_ref(&call).cast(),
                infos.as_mut_ptr().cast_const().cast(),
                parties.len() as u64,
                signer_seeds.as_ptr().cast(),
                signer_seeds.len() as u64,
            )
        };
        if result != 0 {
            return Err(ProgramError::from(result).into());
        }
        for (party, info) in parties.iter().zip(&infos) {
            if party.is_writable {
                // SAFETY: the info is written, the data begin where they did, and the runtime has set how long the callee
                // left them. No borrow is in the way.
                unsafe {
                    let info = info.assume_init_ref();
                    let account_data = core::slice::from_raw_parts_mut(info.data.cast_mut(), info.data_bytes as usize);
                    *party.account.data.as_ptr() = account_data;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use modchains_program_interface::{readonly, writable};

    use super::*;

    /// Calls with one account, as `party` makes it of it, while `hold` holds a reference into it.
    fn call_while<'a, T>(
        account: &'a AccountInfo<'a>,
        party: fn(&'a AccountInfo<'a>) -> Party<&'a AccountInfo<'a>>,
        hold: impl Fn(&'a AccountInfo<'a>) -> T,
    ) -> Result<()> {
        let _held = hold(account);
        call(&Pubkey::default(), &[party(account)], &[], &[])
    }

    #[test]
    fn no_call_gets_an_account_that_the_caller_holds_a_reference_into() {
        let (key, mut lamports, mut data) = (Pubkey::new_unique(), 5, [1, 2, 3]);
        let account = AccountInfo::new(&key, false, true, &mut lamports, &mut data, &key, false);
        let refused = Err(ProgramError::AccountBorrowFailed.into());
        let (free, held) = (Ok(()), &refused);
        for party in [writable, readonly] {
            assert_eq!(call_while(&account, party, |_| ()), free);
            assert_eq!(&call_while(&account, party, |account| account.data.borrow_mut()), held);
            assert_eq!(&call_while(&account, party, |account| account.lamports.borrow_mut()), held);
        }
        assert_eq!(&call_while(&account, writable, |account| account.data.borrow()), held);
        assert_eq!(&call_while(&account, writable, |account| account.lamports.borrow()), held);
        assert_eq!(call_while(&account, readonly, |account| account.data.borrow()), free);
        assert_eq!(call_while(&account, readonly, |account| account.lamports.borrow()), free);
    }
}
