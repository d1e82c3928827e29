//! What to send next so that a program's metadata account says what it should. A pure function of what the chain holds,
//! so that a run that broke off goes on where it stopped.
//!
//! ```text
//! nothing --(small: one transaction)--------------------------> published
//!    \--> address allocated --> written in parts --> published
//! published otherwise --(small: one transaction)--------------> published
//!    \--> buffer of its own --> written in parts --> copied --> published
//! ```

use modchains_sdk::{Account, Instruction, Pubkey, decode::is_absent};
use solana_system_interface::instruction as system;

use super::program::{
    self, Content, FORMAT, GROWTH_BYTES_MAX, HEADER_BYTES, Place, buffer_allocate, buffer_close, buffer_give,
    buffer_write,
};
use crate::deploy::{create_in_place, missing_chunks};

/// Data up to this length fits into the transaction that publishes it.
const INLINE_BYTES_MAX: usize = 600;
/// Data in one transaction of those that write in parts.
pub const PART_BYTES: usize = 900;

/// What is to be published, and where.
#[derive(Debug, Clone)]
pub struct Target {
    /// The account.
    pub place: Place,
    /// The data, compressed.
    pub data: Vec<u8>,
    /// Address of the buffer for longer data in place of published data.
    pub buffer: Pubkey,
    /// Rent of an account of this data.
    pub rent_lamports: u64,
}

/// What the chain holds, lamports alone included: they make an address no less free, but are taken into account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found<'a> {
    /// At the metadata account's address.
    pub metadata: Option<&'a Account>,
    /// At the buffer's address.
    pub buffer: Option<&'a Account>,
}

/// What to send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is published.
    Nothing,
    /// One transaction, which the buffer signs too if it is created.
    Once {
        /// Its instructions.
        instructions: Vec<Instruction>,
        /// Whether the buffer's key signs.
        buffer_signs: bool,
    },
    /// One transaction for each instruction, in any order.
    Each(Vec<Instruction>),
}

/// Why nothing can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Published for good.
    Immutable,
    /// Something else is at the address.
    Foreign,
}

impl Target {
    /// What to send next. `is_published` tells whether published data says what this target's says.
    ///
    /// # Errors
    /// When no instruction can bring the account there.
    pub fn next(&self, found: Found, is_published: impl Fn(&[u8]) -> bool) -> Result<Next, Obstacle> {
        let Some(metadata) = occupied(found.metadata)? else { return Ok(self.create(found.metadata)) };
        match Content::read(&metadata.data).ok_or(Obstacle::Foreign)? {
            Content::Buffer { data, .. } => Ok(self.fill_in_place(metadata, data)),
            Content::Metadata { format, data, .. } if format == FORMAT && is_published(data) => self.tidy(found.buffer),
            Content::Metadata { is_mutable: false, .. } => Err(Obstacle::Immutable),
            Content::Metadata { data, .. } => self.replace(metadata, data.len(), found.buffer),
        }
    }

    /// The transactions that publishing takes at most, from nothing.
    pub fn transactions(&self) -> usize {
        if self.data.len() <= INLINE_BYTES_MAX { 1 } else { self.data.len().div_ceil(PART_BYTES) + 2 }
    }

    fn authority(&self) -> &Pubkey {
        &self.place.authority
    }

    fn create(&self, found: Option<&Account>) -> Next {
        let mut instructions = self.fund(found);
        if self.data.len() <= INLINE_BYTES_MAX {
            instructions.push(self.place.initialize(Some(&self.data)));
            return once(instructions);
        }
        instructions.push(self.place.allocate());
        if self.data.len() > GROWTH_BYTES_MAX {
            instructions.extend(self.place.extend(self.data.len()));
        }
        once(instructions)
    }

    /// The metadata account is a buffer of itself until it is published.
    fn fill_in_place(&self, account: &Account, written: &[u8]) -> Next {
        let Some(missing) = self.data.len().checked_sub(written.len()) else {
            // Another publication broke off here, of longer data.
            return once(vec![self.place.close()]);
        };
        let funding = self.fund(Some(account));
        if missing > GROWTH_BYTES_MAX || (missing > 0 && !funding.is_empty()) {
            return once(funding.into_iter().chain(self.place.extend(missing)).collect());
        }
        let parts = self.parts(&self.place.address(), written);
        if parts.is_empty() { once(vec![self.place.initialize(None)]) } else { Next::Each(parts) }
    }

    fn replace(&self, metadata: &Account, published_bytes: usize, buffer: Option<&Account>) -> Result<Next, Obstacle> {
        let mut instructions = self.fund(Some(metadata));
        if self.data.len() <= INLINE_BYTES_MAX {
            instructions.push(self.place.set(Ok(&self.data)));
        } else {
            let Some(buffer) = occupied(buffer)? else { return Ok(self.create_buffer(buffer)) };
            let Some(Content::Buffer { authority, data }) = Content::read(&buffer.data) else {
                return Err(Obstacle::Foreign);
            };
            if authority != *self.authority() {
                return Err(Obstacle::Foreign);
            }
            if data.len() != self.data.len() {
                return Ok(once(vec![buffer_close(&self.buffer, self.authority())]));
            }
            let parts = self.parts(&self.buffer, data);
            if !parts.is_empty() {
                return Ok(Next::Each(parts));
            }
            let growth = self.data.len().saturating_sub(published_bytes);
            if growth > GROWTH_BYTES_MAX {
                instructions.extend(self.place.extend(growth));
            }
            instructions.push(self.place.set(Err(self.buffer)));
            instructions.push(buffer_close(&self.buffer, self.authority()));
        }
        if self.data.len() < published_bytes {
            instructions.push(self.place.trim());
        }
        Ok(once(instructions))
    }

    /// Closes the buffer of a publication that somebody else completed.
    fn tidy(&self, buffer: Option<&Account>) -> Result<Next, Obstacle> {
        let Ok(Some(account)) = occupied(buffer) else { return Ok(Next::Nothing) };
        match Content::read(&account.data) {
            Some(Content::Buffer { authority, .. }) if authority == *self.authority() => {
                Ok(once(vec![buffer_close(&self.buffer, self.authority())]))
            }
            _ => Ok(Next::Nothing),
        }
    }

    fn create_buffer(&self, found: Option<&Account>) -> Next {
        let (bytes, rent_lamports) = (HEADER_BYTES + self.data.len(), self.rent_lamports);
        let create = system::create_account(self.authority(), &self.buffer, rent_lamports, bytes as u64, &program::ID);
        let create = vec![create, buffer_allocate(&self.buffer), buffer_give(&self.buffer, self.authority())];
        let parties = [self.authority(), &self.buffer, &program::ID];
        let instructions = match found {
            None => create,
            Some(gift) => create_in_place(create, parties, [gift.lamports, rent_lamports], bytes),
        };
        Next::Once { instructions, buffer_signs: true }
    }

    /// Pays into the metadata account what it misses of its rent.
    fn fund(&self, found: Option<&Account>) -> Vec<Instruction> {
        let missing = self.rent_lamports.saturating_sub(found.map_or(0, |account| account.lamports));
        let transfer = system::transfer(self.authority(), &self.place.address(), missing);
        if missing > 0 { vec![transfer] } else { Vec::new() }
    }

    fn parts(&self, buffer: &Pubkey, written: &[u8]) -> Vec<Instruction> {
        let missing = missing_chunks(&self.data, written, PART_BYTES).into_iter();
        missing.map(|range| buffer_write(buffer, self.authority(), range.start, &self.data[range])).collect()
    }
}

/// The account if it belongs to the metadata program; none if it is empty; anything else is an obstacle.
fn occupied(account: Option<&Account>) -> Result<Option<&Account>, Obstacle> {
    match account {
        Some(account) if account.owner == program::ID => Ok(Some(account)),
        Some(account) if !is_absent(account) => Err(Obstacle::Foreign),
        _ => Ok(None),
    }
}

fn once(instructions: Vec<Instruction>) -> Next {
    Next::Once { instructions, buffer_signs: false }
}
