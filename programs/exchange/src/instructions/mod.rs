//! One file per instruction: arguments, accounts, handler.

mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod fees_claim;
mod fees_distribute;
mod market_deposit;
mod market_open;
mod market_pause;
mod market_sync;
mod market_trade;
mod model_register;
mod model_version_publish;
mod payout;
mod quote_mint_allow;
mod referral_claim;
mod referral_open;

pub use {
    config_change_apply::*, config_change_queue::*, config_initialize::*, fees_claim::*, fees_distribute::*,
    market_deposit::*, market_open::*, market_pause::*, market_sync::*, market_trade::*, model_register::*,
    model_version_publish::*, payout::*, quote_mint_allow::*, referral_claim::*, referral_open::*,
};
