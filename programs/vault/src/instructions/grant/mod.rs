//! What a passed proposal pays.

mod grant_claim;
mod grant_close;
mod grant_start;
mod grant_stop;

pub use {grant_claim::*, grant_close::*, grant_start::*, grant_stop::*};
