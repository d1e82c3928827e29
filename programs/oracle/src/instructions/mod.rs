//! One file per instruction: arguments, accounts, handler. `payout` is what several share to pay from tokens the
//! program holds.

mod config;
mod operator;
mod payout;
mod request;
mod service;

pub use {config::*, operator::*, payout::*, request::*, service::*};
