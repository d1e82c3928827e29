//! The vault.

mod closes;
mod executions;
mod grants;
mod history;
mod opening;
mod proposals;
mod revenue;
mod shares;
mod staking;
