//! Instructions: operator.

mod bond_deposit;
mod bond_withdraw;
mod bond_withdraw_start;
mod earnings_claim;
mod operator_close;
mod operator_register;

pub use {
    bond_deposit::*, bond_withdraw::*, bond_withdraw_start::*, earnings_claim::*, operator_close::*,
    operator_register::*,
};
