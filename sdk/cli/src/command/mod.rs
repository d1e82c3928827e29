//! One file for each group of commands.

pub mod fees;
pub mod launch;
pub mod market;
pub mod model;
pub mod operator;
pub mod referral;
pub mod request;
pub mod service;
pub mod usage;
pub mod vault;
pub mod wallet;
