//! One file for each group of commands.

pub mod fees;
pub mod grant;
pub mod graph;
pub mod launch;
pub mod market;
pub mod model;
pub mod operator;
pub mod pool;
pub mod portfolio;
pub mod proposal;
pub mod referral;
pub mod request;
pub mod revenue;
pub mod service;
pub mod staking;
pub mod usage;
pub mod vault;
pub mod wallet;
