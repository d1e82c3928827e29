//! One file per instruction: arguments, accounts, handler.

mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod fees_claim;
mod fees_distribute;
mod market_buy;
mod market_open;
mod market_sell;
mod market_sync;
mod model_register;
mod model_version_publish;
mod quote_mint_allow;
mod reserve_deposit;

pub use {
    config_change_apply::*, config_change_queue::*, config_initialize::*, fees_claim::*, fees_distribute::*,
    market_buy::*, market_open::*, market_sell::*, market_sync::*, model_register::*, model_version_publish::*,
    quote_mint_allow::*, reserve_deposit::*,
};
