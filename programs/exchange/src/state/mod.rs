//! Account types of the exchange. Each owns its transitions and states its invariant.

mod config;
mod market;
mod model;
mod params;
mod referral;
mod version;

pub use {config::*, market::*, model::*, params::*, referral::*, version::*};
