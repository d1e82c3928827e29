use anchor_lang::prelude::*;

/// A result was challenged.
#[event]
pub struct DisputeOpened {
    /// The dispute.
    pub dispute: Pubkey,
    /// The request.
    pub request: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// The challenge's number among those of the request.
    pub number: u32,
    /// Time that each side has for all its moves.
    pub clock_seconds: u32,
}

/// An operator is bound to a trace.
#[event]
pub struct TraceRevealed {
    /// The dispute in which it was revealed.
    pub dispute: Pubkey,
    /// The request.
    pub request: Pubkey,
    /// The trace's root.
    pub trace_root: [u8; 32],
}

/// A dispute ended, and its account is closed.
#[event]
pub struct DisputeSettled {
    /// The dispute.
    pub dispute: Pubkey,
    /// The request.
    pub request: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// The challenge's number among those of the request.
    pub number: u32,
    /// What the oracle was told: the code of a challenge's outcome.
    pub outcome: u8,
    /// Why: the code of a verdict, or [`Self::MOOT`].
    pub reason: u8,
    /// The word that the element is, where arithmetic convicted the operator; 0 elsewhere.
    pub word: u32,
}

impl DisputeSettled {
    /// [`Self::reason`] of a dispute that another one overtook.
    pub const MOOT: u8 = 0;
}
