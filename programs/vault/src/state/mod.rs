//! Account types of the vault program. Each owns its transitions and states its invariant.

#[cfg(test)]
mod conservation;
mod pool;
mod position;
mod q64;
mod share;
#[cfg(test)]
mod tests;
mod vault;

pub use {pool::*, position::*, q64::*, share::*, vault::*};
