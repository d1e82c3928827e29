//! What happens to models.

use anchor_lang::prelude::*;

/// A model was listed and its token created.
#[event]
pub struct ModelRegistered {
    /// The model.
    pub model: Pubkey,
    /// Its token.
    pub mint: Pubkey,
    /// Who listed it.
    pub creator: Pubkey,
    /// Its name.
    pub name: String,
    /// Its token's symbol.
    pub symbol: String,
    /// Its token's metadata URI.
    pub uri: String,
}

/// A version was added and made current.
#[event]
pub struct ModelVersionPublished {
    /// The model.
    pub model: Pubkey,
    /// The version's account.
    pub version: Pubkey,
    /// Position in the history, from 1.
    pub index: u32,
    /// The version it was derived from; 0 for none.
    pub parent: u32,
    /// Hash of the bundle's manifest.
    pub manifest_sha256: [u8; 32],
    /// 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Where the bundle can be fetched.
    pub uri: String,
}
