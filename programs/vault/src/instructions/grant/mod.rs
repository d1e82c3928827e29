//! What a passed proposal pays.

mod grant_claim;
mod grant_close;

pub use {grant_claim::*, grant_close::*};
