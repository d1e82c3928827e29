//! Instructions: revenue that comes in and goes out.

mod revenue_claim;
mod revenue_deposit;
mod revenue_sweep;
mod stake_sweep;
mod treasury_deposit;

pub use {revenue_claim::*, revenue_deposit::*, revenue_sweep::*, stake_sweep::*, treasury_deposit::*};
