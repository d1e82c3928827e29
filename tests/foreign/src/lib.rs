//! A program of somebody else: it forwards the instructions it is given by CPI, with the signatures it was called with
//! and those of addresses of its own. Tests trade through it; it is no part of ModChains and is never deployed.
//!
//! Absent on purpose: every check. It is as unfriendly as a caller can be.

#[cfg(not(feature = "no-entrypoint"))]
mod entry;
mod route;

pub use route::{Call, Route, When, trader};
