//! Instructions: config.

mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod quote_mint_allow;

pub use {config_change_apply::*, config_change_queue::*, config_initialize::*, quote_mint_allow::*};
