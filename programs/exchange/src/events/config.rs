//! What happens to the configuration.

use anchor_lang::prelude::*;
use modchains_program_kit::handover::Role;

#[cfg(feature = "idl-build")]
use crate::idl::Described as _;
use crate::state::MarketParams;

/// New parameters wait for their timelock.
#[event]
pub struct ConfigChangeQueued {
    /// What new markets will copy.
    pub params: MarketParams,
    /// From when it may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// New markets now copy these parameters.
#[event]
pub struct ConfigChangeApplied {
    /// What new markets copy.
    pub params: MarketParams,
}

/// Markets may open with a quote mint from now on.
#[event]
pub struct QuoteMintAllowed {
    /// The mint.
    pub mint: Pubkey,
}

/// No market opens with a quote mint from now on.
#[event]
pub struct QuoteMintDelisted {
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
