use anchor_lang::prelude::*;

/// An operator's word that it holds the bundle of a graph, so that the creator is not the only one who can recompute results.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Attestation {
    /// The graph.
    pub graph: Pubkey,
    /// The operator, an account of the oracle.
    pub operator: Pubkey,
    /// Its authority, who paid the rent and gets it back.
    pub authority: Pubkey,
    /// When the graph was sealed, unix seconds: another graph at its address does not count this.
    pub sealed_at_seconds: i64,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}
