//! The Program Metadata program: its instructions and accounts, as its own client writes and reads them. There is no
//! crate for it; `cargo xtask idl-check` compares every byte with the npm client.

use modchains_sdk::{
    AccountMeta, Instruction, Pubkey,
    address::{SYSTEM_PROGRAM, program_data},
};

/// Its address.
pub const ID: Pubkey = Pubkey::from_str_const("ProgM6JCCvbYkfKqJYHePx4xxSUSqJp7rh8Lyv7nk7S");
/// Bytes before the data in its accounts.
pub const HEADER_BYTES: usize = 96;
/// An instruction can make an account longer by no more than this.
pub const GROWTH_BYTES_MAX: usize = 10_240;

const RENT_SYSVAR: Pubkey = Pubkey::from_str_const("SysvarRent111111111111111111111111111111111");

const WRITE: u8 = 0;
const INITIALIZE: u8 = 1;
const SET_AUTHORITY: u8 = 2;
const SET_DATA: u8 = 3;
const TRIM: u8 = 5;
const CLOSE: u8 = 6;
const ALLOCATE: u8 = 7;
const EXTEND: u8 = 8;

const BUFFER_ACCOUNT: u8 = 1;
/// First byte of an account that is published.
pub const METADATA_ACCOUNT: u8 = 2;

/// What the data is: UTF-8 text, compressed by zlib, of JSON, in the account itself.
pub const FORMAT: [u8; 4] = [1, 2, 1, 0];

/// A canonical metadata account: one that only the program's upgrade authority can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The program it is about.
    pub program: Pubkey,
    /// The program's upgrade authority, who signs.
    pub authority: Pubkey,
    /// What it says about the program, as `idl`, padded with zeros.
    pub seed: [u8; 16],
}

/// What an account of the program holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Being written.
    Buffer {
        /// Who may write it.
        authority: Pubkey,
        /// What is there so far.
        data: &'a [u8],
    },
    /// Published.
    Metadata {
        /// Whether it can still be changed.
        is_mutable: bool,
        /// See [`FORMAT`].
        format: [u8; 4],
        /// What is published.
        data: &'a [u8],
    },
}

impl<'a> Content<'a> {
    /// Reads an account's data; none when it is neither a buffer nor metadata.
    pub fn read(account: &'a [u8]) -> Option<Self> {
        let (header, data) = account.split_at_checked(HEADER_BYTES)?;
        let authority = Pubkey::new_from_array(*header[33..].first_chunk()?);
        match header[0] {
            BUFFER_ACCOUNT => Some(Self::Buffer { authority, data }),
            METADATA_ACCOUNT => {
                let length = u32::from_le_bytes(*header[87..].first_chunk()?) as usize;
                Some(Self::Metadata {
                    is_mutable: header[65] != 0,
                    format: *header[83..].first_chunk()?,
                    data: data.get(..length)?,
                })
            }
            _ => None,
        }
    }
}

impl Place {
    /// The place for what `seed`, of at most 16 bytes, says about `program`.
    pub fn new(program: Pubkey, authority: Pubkey, seed: &str) -> Self {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(seed.bytes()).for_each(|(place, byte)| *place = byte);
        Self { program, authority, seed: bytes }
    }

    /// Derived from program, authority and seed.
    pub fn address(&self) -> Pubkey {
        Pubkey::find_program_address(&[self.program.as_ref(), &self.seed], &ID).0
    }

    /// The accounts by which the program knows its upgrade authority.
    fn owners(&self) -> [AccountMeta; 3] {
        [
            AccountMeta::new_readonly(self.authority, true),
            AccountMeta::new_readonly(self.program, false),
            AccountMeta::new_readonly(program_data(&self.program), false),
        ]
    }

    /// Makes the address a buffer without data. It must hold lamports already.
    pub fn allocate(&self) -> Instruction {
        let [authority, program, data] = self.owners();
        let accounts = [AccountMeta::new(self.address(), false), authority, program, data, readonly(SYSTEM_PROGRAM)];
        instruction(accounts, &[&[ALLOCATE], &self.seed])
    }

    /// Makes the account longer by `bytes`, in as many instructions as that takes.
    pub fn extend(&self, bytes: usize) -> Vec<Instruction> {
        let parts = (0..bytes).step_by(GROWTH_BYTES_MAX).map(|start| (bytes - start).min(GROWTH_BYTES_MAX));
        let by = |part: usize| u16::try_from(part).unwrap_or(u16::MAX).to_le_bytes();
        parts.map(|part| self.owned([], &[&[EXTEND], &by(part)])).collect()
    }

    /// Publishes `data`, or what was written into the address when none is given.
    pub fn initialize(&self, data: Option<&[u8]>) -> Instruction {
        let [authority, program, data_account] = self.owners();
        let system = if data.is_some() { SYSTEM_PROGRAM } else { ID };
        let accounts = [AccountMeta::new(self.address(), false), authority, program, data_account, readonly(system)];
        instruction(accounts, &[&[INITIALIZE], &self.seed, &FORMAT, data.unwrap_or_default()])
    }

    /// Publishes other data in place of what is there: `data`, or what `buffer` holds.
    pub fn set(&self, data: std::result::Result<&[u8], Pubkey>) -> Instruction {
        let [authority, program, data_account] = self.owners();
        let buffer = data.err().map_or_else(|| readonly(ID), |buffer| AccountMeta::new(buffer, false));
        let accounts = [AccountMeta::new(self.address(), false), authority, buffer, program, data_account];
        instruction(accounts, &[&[SET_DATA], &FORMAT, data.unwrap_or_default()])
    }

    /// Gives the authority back the lamports that the account no longer needs.
    pub fn trim(&self) -> Instruction {
        self.owned([AccountMeta::new(self.authority, false), readonly(RENT_SYSVAR)], &[&[TRIM]])
    }

    /// Closes the account; its lamports go to the authority.
    pub fn close(&self) -> Instruction {
        self.owned([AccountMeta::new(self.authority, false)], &[&[CLOSE]])
    }

    fn owned<const N: usize>(&self, more: [AccountMeta; N], data: &[&[u8]]) -> Instruction {
        let accounts = std::iter::once(AccountMeta::new(self.address(), false)).chain(self.owners()).chain(more);
        instruction(accounts, data)
    }
}

/// Makes an account that the program owns a buffer; the account itself signs and becomes its own authority.
pub fn buffer_allocate(buffer: &Pubkey) -> Instruction {
    let accounts =
        [AccountMeta::new(*buffer, false), AccountMeta::new_readonly(*buffer, true), readonly(ID), readonly(ID)];
    instruction(accounts.into_iter().chain([readonly(SYSTEM_PROGRAM)]), &[&[ALLOCATE]])
}

/// Hands a buffer that is its own authority to `authority`.
pub fn buffer_give(buffer: &Pubkey, authority: &Pubkey) -> Instruction {
    let accounts =
        [AccountMeta::new(*buffer, false), AccountMeta::new_readonly(*buffer, true), readonly(ID), readonly(ID)];
    instruction(accounts, &[&[SET_AUTHORITY, 1], authority.as_ref()])
}

/// Writes `data` at `offset` of the data of a buffer, which may be a metadata account that is not published yet.
pub fn buffer_write(buffer: &Pubkey, authority: &Pubkey, offset: usize, data: &[u8]) -> Instruction {
    let accounts = [AccountMeta::new(*buffer, false), AccountMeta::new_readonly(*authority, true), readonly(ID)];
    let offset = u32::try_from(offset).unwrap_or(u32::MAX).to_le_bytes();
    instruction(accounts, &[&[WRITE], &offset, data])
}

/// Closes a buffer of its own address; its lamports go to the authority.
pub fn buffer_close(buffer: &Pubkey, authority: &Pubkey) -> Instruction {
    let accounts =
        [AccountMeta::new(*buffer, false), AccountMeta::new_readonly(*authority, true), readonly(ID), readonly(ID)];
    instruction(accounts.into_iter().chain([AccountMeta::new(*authority, false)]), &[&[CLOSE]])
}

/// An account that is only read. The program's own address stands for an optional account that is not given.
fn readonly(address: Pubkey) -> AccountMeta {
    AccountMeta::new_readonly(address, false)
}

fn instruction(accounts: impl IntoIterator<Item = AccountMeta>, data: &[&[u8]]) -> Instruction {
    Instruction { program_id: ID, accounts: accounts.into_iter().collect(), data: data.concat() }
}
