//! How a command line names things, where that is more than a word.

mod duration;
mod hash;
mod model;
mod percent;
mod request;
mod text;
pub mod uses;

pub use self::{
    duration::parse_seconds,
    hash::{Hash, parse_hash, show_hash},
    model::ModelArg,
    percent::{PercentError, parse_percent_bps},
    request::RequestArg,
    text::require_text,
};
