//! Instructions: the vault and its pools.

mod pool_close;
mod pool_open;
mod vault_close;
mod vault_open;

pub use {pool_close::*, pool_open::*, vault_close::*, vault_open::*};
