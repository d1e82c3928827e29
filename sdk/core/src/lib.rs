//! Every formula of ModChains, once: bonding curve, fees, launch protection, usage-driven sync, streamed revenue,
//! usage averages, requests, licences, contributors' shares, bonds, time windows, graphs and their arithmetic. What composes formulas
//! is a rule and stands here too: what a trade or a sync does to a market.
//!
//! The on-chain programs, the Rust SDK, the TypeScript SDK (as wasm) and the crank all call these functions, so a
//! quote and a trade can never disagree. Amounts are integers in base units and every name carries its unit.
//! Nothing here allocates, panics on input, reads a clock or draws a random number. Every division says in which
//! direction it rounds and whom that favours: always the pool, the vault or the reserve, never the caller.

#![no_std]
#![forbid(unsafe_code)]

pub mod backing;
pub mod bond;
pub mod bps;
pub mod commitment;
pub mod curve;
mod error;
pub mod fees;
pub mod governance;
pub mod hash;
pub mod history;
pub mod ids;
pub mod launch;
pub mod licence;
pub mod market;
pub mod math;
pub mod numeric_class;
pub mod pause;
pub mod provable;
pub mod request;
pub mod rounded;
pub mod shares;
pub mod stream;
pub mod sync;
pub mod trade;
pub mod usage;
pub mod window;

pub use error::{CoreError, Result};
