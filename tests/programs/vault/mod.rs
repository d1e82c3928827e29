//! The vault.

mod closes;
mod history;
mod opening;
mod revenue;
mod shares;
mod staking;
