use anchor_lang::prelude::*;

/// Somebody began to register a graph.
#[event]
pub struct GraphOpened {
    /// The graph.
    pub graph: Pubkey,
    /// What its records are to hash to.
    pub root: [u8; 32],
    /// Who registers it.
    pub registrar: Pubkey,
    /// How many nodes it is to have.
    pub nodes: u32,
}

/// All records of a graph were read: every element of it can be decided.
#[event]
pub struct GraphRegistered {
    /// The graph.
    pub graph: Pubkey,
    /// What its records hash to.
    pub root: [u8; 32],
    /// Who registered it.
    pub registrar: Pubkey,
    /// Nodes.
    pub nodes: u32,
    /// How its results are compared: the code of a numeric class.
    pub numeric_class: u8,
    /// Which semantics decide its elements.
    pub judge_version: u16,
    /// Multiplications and additions of an inference of the largest input.
    pub multiply_adds: u64,
    /// Bytes of all outputs for the largest input.
    pub trace_bytes: u64,
}

/// A graph will be closed. No new request may name it.
#[event]
pub struct GraphCloseStarted {
    /// The graph.
    pub graph: Pubkey,
    /// From when it may be closed, unix seconds.
    pub closable_at_seconds: i64,
}

/// A graph is gone.
#[event]
pub struct GraphClosed {
    /// The graph.
    pub graph: Pubkey,
    /// Who got the rent.
    pub registrar: Pubkey,
}

/// An operator attests that it holds a graph's bundle.
#[event]
pub struct GraphAttested {
    /// The graph.
    pub graph: Pubkey,
    /// The operator.
    pub operator: Pubkey,
    /// How many attested it before.
    pub attestations_before: u32,
    /// How many do now.
    pub attestations_after: u32,
}

/// An operator does not attest any more that it holds a graph's bundle.
#[event]
pub struct GraphAttestationRevoked {
    /// The graph.
    pub graph: Pubkey,
    /// The operator.
    pub operator: Pubkey,
}
