//! The vault.

mod history;
mod staking;
