//! Instructions: market.

mod market_deposit;
mod market_open;
mod market_pause;
mod market_sync;
mod market_trade;

pub use {market_deposit::*, market_open::*, market_pause::*, market_sync::*, market_trade::*};
