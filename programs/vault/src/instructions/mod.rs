//! One file per instruction: arguments, accounts, handler.

mod pool_open;
mod position_open;
mod revenue_claim;
mod revenue_deposit;
mod settle;
mod stake;
mod unstake;
mod unstake_withdraw;
mod vault_open;

pub use {
    pool_open::*, position_open::*, revenue_claim::*, revenue_deposit::*, stake::*, unstake::*, unstake_withdraw::*,
    vault_open::*,
};
