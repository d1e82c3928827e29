//! Numbered, idempotent steps that bring a cluster to what this release expects: programs deployed, configurations
//! created, quote mints allowed. Each step looks at the chain first and does only what is missing, so a broken run is
//! continued by running it again.
//!
//! `metadata` publishes the programs' IDLs and security contacts; it is no step, because a cluster works without them.
//!
//! `authority` is what holders of roles do by hand, and no step either.
//!
//! Absent on purpose: anything that changes what an admin has set. Differences are reported, never overwritten.

pub mod authority;
pub mod config;
pub mod context;
pub mod deploy;
mod error;
pub mod metadata;
pub mod steps;

pub use error::{MigrateError, Result};
