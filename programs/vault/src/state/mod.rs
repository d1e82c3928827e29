//! Account types of the vault program. Each owns its transitions and states its invariant.

mod action;
#[cfg(test)]
mod conservation;
mod grant;
mod pool;
mod position;
mod proposal;
mod q64;
mod share;
#[cfg(test)]
mod tests;
mod vault;

pub use {action::*, grant::*, pool::*, position::*, proposal::*, q64::*, share::*, vault::*};
