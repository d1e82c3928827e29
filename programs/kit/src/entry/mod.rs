//! The entry point: what Anchor's does, with three shortcuts.

// reason: the runtime hands a program its input as a pointer.
#![allow(unsafe_code)]

use core::{cell::RefCell, mem::ManuallyDrop};
use std::rc::Rc;

use anchor_lang::{
    error::{Error, ErrorOrigin},
    event::EVENT_IX_TAG_LE,
    prelude::*,
    solana_program::log::sol_log,
};
/// For the macro.
pub use solana_program_entrypoint;
use solana_program_entrypoint::SUCCESS;

use crate::keys::same;

/// Bytes of one account without data in a program's input: flags (8), key, owner, lamports (8), length of the data (8),
/// room for the data to grow (10,240), rent epoch (8).
const EMPTY_ACCOUNT_BYTES: usize = 8 + 32 + 32 + 8 + 8 + 10_240 + 8;
/// What an account's two counted pointers point to: an allocation for each would take half of the parsing.
struct Shared<'a> {
    lamports: Counted<&'a mut u64>,
    data: Counted<&'a mut [u8]>,
}

/// What `Rc` allocates: two counters before the value, in this order and layout (the standard library declares it so, and a
/// test compares).
#[repr(C)]
struct Counted<T> {
    strong: usize,
    weak: usize,
    value: RefCell<T>,
}

impl<T> Counted<T> {
    /// With one owner more than there will be, so that it is never freed by itself.
    fn new(value: T) -> Self {
        Self { strong: 2, weak: 1, value: RefCell::new(value) }
    }
}

/// First flag byte of an account that is no duplicate of an earlier one.
const NOT_DUPLICATE: u8 = u8::MAX;

/// Declares the entry point of a program in place of Anchor's, from its `try_entry` and the address of its event
/// authority. Its own events are recognised before any account is parsed, which saves 400 compute units in each
/// instruction that emits one; accounts are parsed by [`parse`]; an error is logged by its name alone, without the code that
/// formats text.
#[macro_export]
macro_rules! entrypoint {
    ($try_entry:path, $event_authority:expr) => {
        /// The program's entry point.
        ///
        /// # Safety
        /// The runtime calls this with the input that it has serialised.
        // reason: the runtime looks the symbol up by this name.
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
            // SAFETY: the runtime's input, unchanged.
            unsafe {
                if $crate::entry::is_own_event(input, &$event_authority) {
                    return $crate::entry::solana_program_entrypoint::SUCCESS;
                }
                let (program_id, accounts, data) = $crate::entry::parse(input);
                $crate::entry::finish($try_entry(program_id, &accounts, data))
            }
        }
        $crate::entry::solana_program_entrypoint::custom_heap_default!();
        $crate::entry::solana_program_entrypoint::custom_panic_default!();
    };
}

/// Whether the instruction is an event that the program sends itself: one account, the event authority, which signed.
///
/// # Safety
/// `input` must be a program's input as the runtime serialises it.
pub unsafe fn is_own_event(input: *const u8, authority: &Pubkey) -> bool {
    // SAFETY: an input holds at least the number of its accounts (8 bytes), and after that number of accounts, each of
    // at least 8 bytes, the length of the instruction's data and the program's id (32): 48 bytes and more.
    let has_one_account = unsafe { input.cast::<u64>().read() } == 1 && unsafe { input.add(8).read() } == NOT_DUPLICATE;
    if !has_one_account {
        return false;
    }
    // SAFETY: the first account of an input is never a duplicate, so all its fields are there.
    let (is_signer, key, data_bytes) =
        unsafe { (input.add(9).read() != 0, &*input.add(16).cast::<Pubkey>(), input.add(88).cast::<u64>().read()) };
    if !is_signer || data_bytes != 0 || !same(key, authority) {
        return false;
    }
    // SAFETY: the account has no data, so the instruction's follow at this distance: their length, then as many bytes.
    let (length, data) = unsafe {
        let instruction = input.add(8 + EMPTY_ACCOUNT_BYTES);
        (instruction.cast::<u64>().read(), instruction.add(8))
    };
    // SAFETY: at least eight bytes of data when the length says so.
    length >= 8 && unsafe { core::slice::from_raw_parts(data, 8) } == EVENT_IX_TAG_LE
}

/// Program, accounts and data of the instruction. Does what the Solana SDK's `deserialize` does for two thirds of the
/// compute units; the accounts are never dropped, because the heap ends with the instruction. A test compares the two.
///
/// # Safety
/// `input` must be a program's input as the runtime serialises it, and nothing else may use it from now on.
pub unsafe fn parse<'a>(input: *mut u8) -> (&'a Pubkey, ManuallyDrop<Vec<AccountInfo<'a>>>, &'a [u8]) {
    // SAFETY: an input starts with the number of its accounts.
    let (count, mut at) = unsafe { (input.cast::<u64>().read() as usize, input.add(8)) };
    let mut accounts = ManuallyDrop::new(Vec::<AccountInfo>::with_capacity(count));
    let mut shared = ManuallyDrop::new(Vec::<Shared>::with_capacity(count));
    for index in 0..count {
        // SAFETY: there is room for `count` accounts.
        let (account, shared) = unsafe { (accounts.as_mut_ptr().add(index), shared.as_mut_ptr().add(index)) };
        // SAFETY: that many accounts follow, each marked as a duplicate of an earlier one or not.
        at = match unsafe { at.read() } {
            // SAFETY: not a duplicate.
            NOT_DUPLICATE => unsafe { parse_account(at, account, shared) },
            // SAFETY: an earlier account, which is written; eight bytes stand for a duplicate.
            earlier => unsafe {
                account.write((*accounts.as_ptr().add(usize::from(earlier))).clone());
                at.add(8)
            },
        };
    }
    // SAFETY: all `count` accounts are written; the data follow with their length before and the program's id behind.
    unsafe {
        accounts.set_len(count);
        let length = at.cast::<u64>().read() as usize;
        let data = at.add(8);
        (&*data.add(length).cast::<Pubkey>(), accounts, core::slice::from_raw_parts(data, length))
    }
}

/// The account that is serialised at `at`, and what follows it.
///
/// # Safety
/// As [`parse`]; the account is no duplicate.
#[inline(always)]
unsafe fn parse_account<'a>(at: *mut u8, account: *mut AccountInfo<'a>, shared: *mut Shared<'a>) -> *mut u8 {
    // SAFETY: the fields and their places are those of the runtime: flags, key, owner, lamports, length of the data, the
    // data with room to grow and padding to eight bytes, rent epoch. A flag is zero or one. The original length goes where
    // the Solana SDK looks for it when an account is resized. What the two counted pointers point to is laid out as theirs.
    unsafe {
        let length = at.add(80).cast::<u64>().read() as usize;
        at.add(4).cast::<u32>().write(length as u32);
        (&raw mut (*shared).lamports).write(Counted::new(&mut *at.add(72).cast::<u64>()));
        let data = core::slice::from_raw_parts_mut(at.add(88), length);
        (&raw mut (*shared).data).write(Counted::new(data));
        // reason: a field nobody reads; the constructor is a call for every account.
        #[allow(deprecated)]
        account.write(AccountInfo {
            key: &*at.add(8).cast::<Pubkey>(),
            lamports: Rc::from_raw(&raw const (*shared).lamports.value),
            data: Rc::from_raw(&raw const (*shared).data.value),
            owner: &*at.add(40).cast::<Pubkey>(),
            _unused: 0,
            is_signer: at.add(1).cast::<bool>().read(),
            is_writable: at.add(2).cast::<bool>().read(),
            executable: at.add(3).cast::<bool>().read(),
        });
        // arith-safety: an account holds at most ten megabytes.
        at.add(EMPTY_ACCOUNT_BYTES).add(length.wrapping_add(7) & !7)
    }
}

/// The runtime's form of a result. Logs the name of an error of the framework and the account it is about; a refusal
/// of the program has logged its own.
pub fn finish(result: Result<()>) -> u64 {
    let Err(error) = result else { return SUCCESS };
    let origin = match &error {
        Error::AnchorError(error) => {
            sol_log(&error.error_name);
            &error.error_origin
        }
        Error::ProgramError(error) => &error.error_origin,
    };
    if let Some(ErrorOrigin::AccountName(account)) = origin {
        sol_log(account);
    }
    ProgramError::from(error).into()
}

#[cfg(test)]
mod tests;
