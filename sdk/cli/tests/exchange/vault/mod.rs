//! Vaults: staking, pools, what stakers decide.

mod dollars;
mod governance;
mod pools;
mod staking;
