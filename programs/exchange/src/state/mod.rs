//! Account types of the exchange. Each owns its transitions and states its invariant.

mod config;
mod contributors;
mod licence;
mod market;
mod model;
mod pause;
mod referral;
mod transfer;
mod version;

pub use {config::*, contributors::*, licence::*, market::*, model::*, pause::*, referral::*, transfer::*, version::*};
