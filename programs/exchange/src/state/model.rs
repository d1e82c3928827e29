use anchor_lang::prelude::*;

use crate::errors::{ExchangeError, ensure};

/// Longest name and metadata name, in bytes.
pub const NAME_BYTES_MAX: usize = 32;
/// Longest token symbol, in bytes.
pub const SYMBOL_BYTES_MAX: usize = 10;
/// Longest URI, in bytes.
pub const URI_BYTES_MAX: usize = 200;
/// Decimals of every model token.
pub const TOKEN_DECIMALS: u8 = 6;

/// A listed model and its token.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Model {
    /// Lists versions, opens the market, receives the creator's fees.
    pub creator: Pubkey,
    /// The model's token, Token-2022.
    pub mint: Pubkey,
    /// SHA-256 of the name, part of this account's address.
    pub name_hash: [u8; 32],
    /// When the model was registered, unix seconds.
    pub registered_at_seconds: i64,
    /// How many versions exist; also the index of the newest.
    pub version_count: u32,
    /// The version that new requests name; 0 before the first.
    pub current_version: u32,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

impl Model {
    /// Counts a new version whose parent is `parent` (0 for none) and makes it current. Returns its index, from 1.
    pub fn add_version(&mut self, parent: u32) -> Result<u32> {
        ensure(self.version_count >= parent, ExchangeError::ParentVersionUnknown)?;
        let index = self.version_count.checked_add(1).ok_or(ExchangeError::Overflow)?;
        self.version_count = index;
        self.current_version = index;
        self.invariant()?;
        Ok(index)
    }

    /// What holds of a model at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // The current version exists, or there is none yet.
        ensure(self.version_count >= self.current_version, ExchangeError::VersionUnknown)?;
        Ok(())
    }
}

/// Refuses text that is empty, longer than `bytes_max`, starts or ends with white space, or carries characters that
/// wallets would not show: with any of these, two models of one creator could look alike.
pub fn require_text(text: &str, bytes_max: usize, empty: ExchangeError, too_long: ExchangeError) -> Result<()> {
    if text.trim().is_empty() {
        return Err(empty.into());
    }
    if text.len() > bytes_max {
        return Err(too_long.into());
    }
    let looks_as_it_is = text.trim().len() == text.len() && !text.chars().any(is_invisible);
    ensure(looks_as_it_is, ExchangeError::TextNotShownAsItIs)
}

/// Control characters, and marks of no width that join, hide or reverse text.
fn is_invisible(character: char) -> bool {
    let is_mark =
        matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    character.is_control() || is_mark
}
