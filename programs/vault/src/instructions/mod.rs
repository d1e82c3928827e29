//! One file per instruction: arguments, accounts, handler.

mod grant;
mod position;
mod proposal;
mod revenue;
mod vault;

pub use {grant::*, position::*, proposal::*, revenue::*, vault::*};
