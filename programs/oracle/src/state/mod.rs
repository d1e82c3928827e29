//! Account types of the oracle. Each owns its transitions and states its invariant.

mod atoms;
mod config;
mod licence_use;
mod limits;
mod operator;
mod params;
mod request;
mod service;
mod split;
mod usage;

pub use {config::*, licence_use::*, limits::*, operator::*, params::*, request::*, service::*, split::*, usage::*};
