//! Seeds of every address the oracle derives.

/// The one configuration account.
pub const CONFIG: &[u8] = b"config";
/// An operator: `[OPERATOR, service, authority]`.
pub const OPERATOR: &[u8] = b"operator";
/// A model's service: `[SERVICE, model]`.
pub const SERVICE: &[u8] = b"service";
/// The token account that holds what a service owes to requesters, operators and those a fee is split among: `[ESCROW, service]`.
pub const ESCROW: &[u8] = b"escrow";
/// A model's usage: `[USAGE, model]`.
pub const USAGE: &[u8] = b"usage";
/// A counter of requests under a rate: `[LICENCE_USE, model, requester]`.
pub const LICENCE_USE: &[u8] = b"licence_use";
/// A request: `[REQUEST, service, requester, nonce as u64 little-endian]`.
pub const REQUEST: &[u8] = b"request";
