//! Instructions: what somebody has in a vault, and which pools that earns from.

mod pool_subscribe;
mod pool_unsubscribe;
mod position_close;
mod position_open;
mod settle;
mod stake;
mod unstake;
mod unstake_withdraw;

pub use {
    pool_subscribe::*, pool_unsubscribe::*, position_close::*, position_open::*, stake::*, unstake::*,
    unstake_withdraw::*,
};
