//! Instructions: config.

mod config_admin;
mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod quote_mint_allow;
mod quote_mint_delist;
mod role_transfer;

pub use {config_admin::*, config_change_apply::*, config_initialize::*, quote_mint_allow::*, role_transfer::*};
