//! What the three programs share on chain: lean token CPIs, the event self-CPI, account creation at a known address, and
//! views of foreign accounts. No state and no arithmetic: formulas live in `modchains-core`.

pub mod account;
pub mod clock;
mod config;
pub mod cpi;
pub mod entry;
pub mod event;
pub mod hash;
pub mod keys;
pub mod mint;
pub mod mint_creation;
pub mod refusal;
pub mod security;
pub mod text;
pub mod token;
pub mod transaction;

pub use config::{handover, timelock};
