//! Instructions: config.

mod bond_mint_allow;
mod bond_mint_delist;
mod config_admin;
mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod role_transfer;

pub use {
    bond_mint_allow::*, config_admin::*, config_change_apply::*, config_change_queue::*, config_initialize::*,
    role_transfer::*,
};
