//! Instructions: market.

mod market_deposit;
mod market_open;
mod market_pause;
mod market_sync;
mod market_trade;
mod pause_budget_close;

pub use {market_deposit::*, market_open::*, market_pause::*, market_sync::*, market_trade::*, pause_budget_close::*};
