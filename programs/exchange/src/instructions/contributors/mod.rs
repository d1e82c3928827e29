//! Instructions: contributors.

mod contributor_claim;
mod contributors_apply;
mod contributors_queue;

pub use {contributor_claim::*, contributors_apply::*, contributors_queue::*};
