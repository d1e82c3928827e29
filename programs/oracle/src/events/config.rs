use anchor_lang::prelude::*;
use modchains_program_kit::handover::Role;

use crate::state::{BondMint, OracleParams};

/// The oracle is set up.
#[event]
pub struct ConfigInitialized {
    /// May queue changes and allow bond mints.
    pub admin: Pubkey,
    /// Owner of the accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// What services copy.
    pub params: OracleParams,
}

/// New parameters wait for their timelock.
#[event]
pub struct ConfigChangeQueued {
    /// What services will copy.
    pub params: OracleParams,
    /// From when it may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// Services that are opened or configured now copy these parameters.
#[event]
pub struct ConfigChangeApplied {
    /// What services copy.
    pub params: OracleParams,
}

/// A mint was listed, or its amounts changed.
#[event]
pub struct BondMintAllowed {
    /// The mint and its amounts.
    pub bond_mint: BondMint,
}

/// A mint was taken off the list.
#[event]
pub struct BondMintDelisted {
    /// The mint.
    pub mint: Pubkey,
}

/// A role was offered to somebody.
#[event]
pub struct RoleOffered {
    /// Which one.
    pub role: Role,
    /// Who holds it.
    pub holder: Pubkey,
    /// Who may accept it.
    pub to: Pubkey,
}

/// A role was accepted.
#[event]
pub struct RoleTransferred {
    /// Which one.
    pub role: Role,
    /// Who held it.
    pub from: Pubkey,
    /// Who holds it.
    pub to: Pubkey,
}

/// The offer of a role was taken back.
#[event]
pub struct RoleOfferCancelled {
    /// Which one.
    pub role: Role,
    /// Who holds it.
    pub holder: Pubkey,
}
