//! Instructions: config.

mod bond_mint_allow;
mod config_change_apply;
mod config_change_queue;
mod config_initialize;

pub use {bond_mint_allow::*, config_change_apply::*, config_change_queue::*, config_initialize::*};
