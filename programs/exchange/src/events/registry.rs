//! What happens to models.

use anchor_lang::prelude::*;

use super::TradeFee;
use crate::state::{ContributorShare, LicenceGrantArgs, ModelTerms};

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
    /// Its token's picture; empty for none.
    pub image: String,
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

/// A model's default licence and content terms changed.
#[event]
pub struct ModelTermsSet {
    /// The model.
    pub model: Pubkey,
    /// What holds now.
    pub terms: ModelTerms,
}

/// A model was offered to somebody.
#[event]
pub struct ModelTransferOffered {
    /// The model.
    pub model: Pubkey,
    /// Who offers.
    pub creator: Pubkey,
    /// Who may accept.
    pub to: Pubkey,
}

/// An offered model was accepted.
#[event]
pub struct ModelTransferred {
    /// The model.
    pub model: Pubkey,
    /// The creator before.
    pub from: Pubkey,
    /// The creator now.
    pub to: Pubkey,
}

/// An offer of a model was taken back.
#[event]
pub struct ModelTransferCancelled {
    /// The model.
    pub model: Pubkey,
    /// Who took it back.
    pub creator: Pubkey,
}

/// New shares of contributors wait for their timelock.
#[event]
pub struct ContributorsQueued {
    /// The model.
    pub model: Pubkey,
    /// All shares there will be.
    pub shares: Vec<ContributorShare>,
    /// From when they may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// The queued shares hold from now on.
#[event]
pub struct ContributorsApplied {
    /// The model.
    pub model: Pubkey,
    /// How many contributors there are now.
    pub count: u8,
    /// What was shared out by the shares before, quote atoms.
    pub accrued_atoms: u64,
}

/// The account of a model's contributors is gone.
#[event]
pub struct ContributorsClosed {
    /// The model.
    pub model: Pubkey,
    /// Who got its rent.
    pub paid_by: Pubkey,
}

/// A contributor, or the creator of a model with contributors, was paid.
#[event]
pub struct ContributorPaid {
    /// The model.
    pub model: Pubkey,
    /// Who was paid.
    pub beneficiary: Pubkey,
    /// How much, quote atoms.
    pub atoms: u64,
    /// What was shared out among all before, quote atoms.
    pub accrued_atoms: u64,
}

/// An address was granted a licence of its own, or other terms of it.
#[event]
pub struct LicenceGranted {
    /// The model.
    pub model: Pubkey,
    /// The licence's account.
    pub licence: Pubkey,
    /// Who may do what.
    pub terms: LicenceGrantArgs,
}

/// A licence was ended before its time.
#[event]
pub struct LicenceRevoked {
    /// The model.
    pub model: Pubkey,
    /// The licence's account.
    pub licence: Pubkey,
    /// Whose it was.
    pub grantee: Pubkey,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A licence that was over is gone.
#[event]
pub struct LicenceClosed {
    /// The model.
    pub model: Pubkey,
    /// The licence's account.
    pub licence: Pubkey,
    /// Whose it was.
    pub grantee: Pubkey,
    /// Who got its rent.
    pub paid_by: Pubkey,
}

/// A final result was minted as a token of its own.
#[event]
pub struct ContentMinted {
    /// The model.
    pub model: Pubkey,
    /// The request whose result it is.
    pub request: Pubkey,
    /// The token.
    pub mint: Pubkey,
    /// Who asked, paid and owns it.
    pub owner: Pubkey,
    /// The fee by receiver.
    pub fee: TradeFee,
    /// Royalty that the metadata declares.
    pub royalty_bps: u16,
    /// The token's name.
    pub name: String,
    /// The token's metadata URI.
    pub uri: String,
    /// When, unix seconds.
    pub at_seconds: i64,
}
