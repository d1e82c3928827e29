//! The entry point's shortcuts against the Solana SDK's own way, on inputs as the runtime serialises them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use modchains_test_seed::{Random, random};
use solana_program_entrypoint::{MAX_PERMITTED_DATA_INCREASE, deserialize};

use super::*;

const INPUTS: usize = 500;
/// Fills the room behind an account's data, which no program may take for data.
const BEHIND_DATA: u8 = 0xa5;

/// A program's input, at the alignment that the runtime gives it.
#[derive(Clone)]
struct Input(Vec<u64>);

impl Input {
    fn of(bytes: &[u8]) -> Self {
        let mut words = vec![0; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self(words)
    }

    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

fn bytes(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.next() as u8).collect()
}

/// One account that is no duplicate.
struct Account {
    flags: [bool; 3],
    key: Vec<u8>,
    data: Vec<u8>,
}

impl Account {
    fn random(random: &mut Random) -> Self {
        let flags = [(); 3].map(|()| random.below(2) == 1);
        // Often empty, often short, now and then of a length that is no multiple of eight and large.
        let length = match random.below(4) {
            0 => 0,
            1 => random.below(17),
            _ => random.below(3_000),
        };
        Self { flags, key: bytes(random, 32), data: bytes(random, length as usize) }
    }

    fn serialise(&self, random: &mut Random, into: &mut Vec<u8>) {
        into.push(NOT_DUPLICATE);
        into.extend(self.flags.map(u8::from));
        into.extend([0; 4]);
        into.extend(&self.key);
        into.extend(bytes(random, 32));
        into.extend(bytes(random, 8));
        into.extend((self.data.len() as u64).to_le_bytes());
        into.extend(&self.data);
        into.extend(vec![BEHIND_DATA; MAX_PERMITTED_DATA_INCREASE]);
        into.resize(into.len().next_multiple_of(8), BEHIND_DATA);
        into.extend(u64::MAX.to_le_bytes());
    }
}

/// An input with up to eight accounts, of which about a third are duplicates of earlier ones.
fn input(random: &mut Random) -> Input {
    let count = random.below(9);
    let mut serialised = count.to_le_bytes().to_vec();
    // Where accounts stand that are no duplicates.
    let mut originals = Vec::new();
    for index in 0..count {
        if !originals.is_empty() && random.below(3) == 0 {
            let original: u8 = originals[random.below(originals.len() as u64) as usize];
            serialised.extend([original, 0, 0, 0, 0, 0, 0, 0]);
        } else {
            originals.push(index as u8);
            Account::random(random).serialise(random, &mut serialised);
        }
    }
    let data_bytes = random.below(300) as usize;
    serialised.extend((data_bytes as u64).to_le_bytes());
    serialised.extend(bytes(random, data_bytes));
    serialised.extend(bytes(random, 32));
    Input::of(&serialised)
}

/// What can be read of an account.
fn seen<'a>(account: &'a AccountInfo) -> (&'a Pubkey, &'a Pubkey, u64, Vec<u8>, [bool; 3], usize) {
    // SAFETY: the account lies in an input, where its original length does too.
    let original_bytes = unsafe { account.original_data_len() };
    let flags = [account.is_signer, account.is_writable, account.executable];
    (account.key, account.owner, account.lamports(), account.data.borrow().to_vec(), flags, original_bytes)
}

/// For each account, the first one that shares its lamports and data.
fn aliases<'a>(accounts: &[AccountInfo<'a>]) -> Vec<Option<usize>> {
    let places = |account: &AccountInfo<'a>| (Rc::as_ptr(&account.lamports).addr(), Rc::as_ptr(&account.data).addr());
    let all: Vec<_> = accounts.iter().map(places).collect();
    all.iter().map(|own| all.iter().position(|earlier| earlier == own)).collect()
}

/// What a program may do to its accounts: pay, write, grow and shrink.
fn change(accounts: &[AccountInfo], random: &mut Random) {
    for account in accounts {
        **account.lamports.borrow_mut() ^= random.next();
        account.data.borrow_mut().iter_mut().for_each(|byte| *byte ^= random.next() as u8);
        // SAFETY: the account lies in an input, where its original length does too.
        let longest = unsafe { account.original_data_len() } + MAX_PERMITTED_DATA_INCREASE;
        account.resize(random.below(longest as u64 + 1) as usize).unwrap();
    }
}

#[test]
fn accounts_data_and_program_are_those_that_the_sdk_reads_duplicates_included() {
    let mut random = random();
    for _ in 0..INPUTS {
        let mut input = input(&mut random);
        let mut reference_input = input.clone();
        // SAFETY: both are inputs, and only these two calls use them.
        let ((program, accounts, data), (reference_program, reference_accounts, reference_data)) =
            unsafe { (parse(input.start()), deserialize(reference_input.start())) };
        assert_eq!((program, data), (reference_program, reference_data));
        let all =
            |accounts: &[AccountInfo]| accounts.iter().map(seen).map(|seen| format!("{seen:?}")).collect::<Vec<_>>();
        assert_eq!(all(&accounts), all(&reference_accounts));
        assert_eq!(aliases(&accounts), aliases(&reference_accounts));
        let seed = random.next();
        change(&accounts, &mut Random(seed));
        change(&reference_accounts, &mut Random(seed));
        assert!(input.0 == reference_input.0, "the runtime would read something else");
    }
}

#[test]
fn what_a_counted_pointer_points_to_is_laid_out_as_the_standard_library_does() {
    let mut lamports = 7_u64;
    let mut bytes = [1_u8, 2, 3];
    let shared = Shared { lamports: Counted::new(&mut lamports), data: Counted::new(&mut bytes[..]) };
    // SAFETY: what this test is about; one owner more than there are pointers keeps it from being freed.
    let (ours, data) =
        unsafe { (Rc::from_raw(&raw const shared.lamports.value), Rc::from_raw(&raw const shared.data.value)) };
    let other = Rc::clone(&ours);
    assert_eq!((Rc::strong_count(&ours), Rc::strong_count(&data), Rc::weak_count(&ours)), (3, 2, 0));
    **other.borrow_mut() += 1;
    data.borrow_mut()[2] = 9;
    assert!(ours.try_borrow_mut().is_ok() && data.try_borrow().is_ok());
    drop((ours, other, data));
    assert_eq!((shared.lamports.strong, shared.data.strong), (1, 1));
    // The same words lie before a value that the standard library has counted itself.
    let counted = Rc::new(RefCell::new(&mut lamports));
    let owners = Rc::clone(&counted);
    let value = Rc::as_ptr(&counted).cast::<usize>();
    // SAFETY: the two counters before it.
    assert_eq!(unsafe { [value.sub(2).read(), value.sub(1).read()] }, [2, 1]);
    drop(owners);
}
