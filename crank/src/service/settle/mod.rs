//! Compares journal and chain, and decides what each request needs next. The same comparison serves after a
//! transaction, after a restart and now and then for everything that is open.

mod apply;
mod decide;

pub use apply::{Outlets, run};
#[cfg(test)]
pub use decide::tests;
