//! What the programs know of each other: the first fields of some accounts, discriminators, seeds, and the calls that
//! move money between them. No logic: what a field means is its owner's to say, and what follows from it the reader's.
//!
//! A [`View`] has the layout of the account that it shows the beginning of. The owner proves that when it is compiled, by
//! [`assert_view`] beside the state; so a field that moves stops the build and not a payment.

mod call;
pub mod exchange;
pub mod oracle;
pub mod vault;
mod view;

pub use {
    call::{Party, readonly, writable},
    view::{View, same_bytes},
};
