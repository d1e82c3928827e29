//! One file per instruction: arguments, accounts, handler.

mod config;
mod contributors;
mod fees;
mod licence;
mod market;
mod model;

pub use {config::*, contributors::*, fees::*, licence::*, market::*, model::*};
