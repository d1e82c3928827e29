//! Calls to other programs.

use anchor_lang::{prelude::*, solana_program::instruction::Instruction};

/// Calls a program with an instruction that was put together on the heap. `signer_seeds` are those of addresses of the
/// calling program that sign; empty when persons sign alone. The runtime's usual wrapper first looks for borrowed
/// accounts, account by account; here none is borrowed across a call, because every state is read and written in a
/// block that ends before the first one.
pub fn invoke(instruction: &Instruction, accounts: &[AccountInfo], signer_seeds: &[&[&[u8]]]) -> Result<()> {
    Ok(anchor_lang::solana_program::program::invoke_signed_unchecked(
        instruction,
        accounts,
        without_empty(signer_seeds),
    )?)
}

/// An account of a [`call`], and what the call may do with it.
#[derive(Clone, Copy)]
pub struct Party<'a, 'info> {
    account: &'a AccountInfo<'info>,
    is_writable: bool,
    is_signer: bool,
}

/// An account that the call may change.
pub const fn writable<'a, 'info>(account: &'a AccountInfo<'info>) -> Party<'a, 'info> {
    Party { account, is_writable: true, is_signer: false }
}

/// An account that the call may read.
pub const fn readonly<'a, 'info>(account: &'a AccountInfo<'info>) -> Party<'a, 'info> {
    Party { account, is_writable: false, is_signer: false }
}

impl Party<'_, '_> {
    /// The same account, which signs.
    #[must_use]
    pub const fn signing(self) -> Self {
        Self { is_signer: true, ..self }
    }
}

/// Calls a program with everything on the stack: a third of the compute units that [`invoke`] takes. As there, no
/// account may be borrowed.
pub fn call(program: &Pubkey, parties: &[Party], data: &[u8], signer_seeds: &[&[&[u8]]]) -> Result<()> {
    #[cfg(target_os = "solana")]
    return stack::call(program, parties, data, without_empty(signer_seeds));
    #[cfg(not(target_os = "solana"))]
    {
        let accounts: Vec<_> = parties.iter().map(|party| party.account.clone()).collect();
        let metas = parties.iter().map(|party| AccountMeta {
            pubkey: *party.account.key,
            is_signer: party.is_signer,
            is_writable: party.is_writable,
        });
        let instruction = Instruction { program_id: *program, accounts: metas.collect(), data: data.to_vec() };
        invoke(&instruction, &accounts, signer_seeds)
    }
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

    use super::Party;

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
    pub fn call(program: &Pubkey, parties: &[Party], data: &[u8], signer_seeds: &[&[&[u8]]]) -> Result<()> {
        if parties.len() > PARTIES_MAX {
            return Err(ProgramError::InvalidArgument.into());
        }
        let mut metas = [const { MaybeUninit::<MetaC>::uninit() }; PARTIES_MAX];
        let mut infos = [const { MaybeUninit::<InfoC>::uninit() }; PARTIES_MAX];
        for ((party, meta), info) in parties.iter().zip(&mut metas).zip(&mut infos) {
            let account = party.account;
            meta.write(MetaC { key: account.key, is_writable: party.is_writable, is_signer: party.is_signer });
            // SAFETY: nobody holds a borrow, and the pointers are those that the runtime gave the account.
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
                infos.as_ptr().cast(),
                parties.len() as u64,
                signer_seeds.as_ptr().cast(),
                signer_seeds.len() as u64,
            )
        };
        if result == 0 { Ok(()) } else { Err(ProgramError::from(result).into()) }
    }
}
