//! What stakers decide.

mod execution;
mod proposal_close;
mod proposal_execute;
mod proposal_open;
mod proposal_vote;
mod reserve_deposit;
mod service_fee_set;

pub use {
    execution::*, proposal_close::*, proposal_execute::*, proposal_open::*, proposal_vote::*, reserve_deposit::*,
    service_fee_set::*,
};
