//! Seeds of every address the program derives.

pub use modchains_program_interface::disputes::seeds::{AUTHORITY, GRAPH};

/// An operator's word that it holds a graph's bundle: `[ATTESTATION, graph, operator]`.
pub const ATTESTATION: &[u8] = b"attestation";
/// A dispute: `[DISPUTE, request, challenger, nonce as u32 little-endian]`.
pub const DISPUTE: &[u8] = b"dispute";
