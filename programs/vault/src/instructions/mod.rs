//! One file per instruction: arguments, accounts, handler.

mod position;
mod revenue;
mod vault;

pub use {position::*, revenue::*, vault::*};
