//! Attackers who fake use, or wait for real use to change.

mod before_crowd;
mod bystanders;
mod feeder;
mod forger;
mod plan;
mod whale;

pub use before_crowd::{BeforeCrowd, crowd_leverage};
pub use bystanders::{Blocker, Orderer};
pub use feeder::Feeder;
pub use forger::{Forger, ForgerInDecline, ManyMarkets};
pub use whale::{LateSync, SupplyAway};
