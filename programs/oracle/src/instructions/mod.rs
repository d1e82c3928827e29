//! One file per instruction: arguments, accounts, handler. `payout` is what several share to pay from tokens the
//! program holds.

mod bond_deposit;
mod bond_mint_allow;
mod bond_withdraw;
mod bond_withdraw_start;
mod claim_expire;
mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod earnings_claim;
mod fees_claim;
mod fees_distribute;
mod operator_register;
mod payout;
mod request_claim;
mod request_close;
mod request_create;
mod request_refund;
mod result_finalize;
mod result_post;
mod service_configure;
mod service_open;
mod usage_roll;

pub use {
    bond_deposit::*, bond_mint_allow::*, bond_withdraw::*, bond_withdraw_start::*, claim_expire::*,
    config_change_apply::*, config_change_queue::*, config_initialize::*, earnings_claim::*, fees_claim::*,
    fees_distribute::*, operator_register::*, payout::*, request_claim::*, request_close::*, request_create::*,
    request_refund::*, result_finalize::*, result_post::*, service_configure::*, service_open::*, usage_roll::*,
};
