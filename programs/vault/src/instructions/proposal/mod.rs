//! What stakers decide.

mod execution;
mod proposal_close;
mod proposal_execute;
mod proposal_execute_grant;
mod proposal_execute_grant_stop;
mod proposal_execute_reserve;
mod proposal_execute_service_fee;
mod proposal_open;
mod proposal_vote;

pub use {
    proposal_close::*, proposal_execute::*, proposal_execute_grant::*, proposal_execute_grant_stop::*,
    proposal_execute_reserve::*, proposal_execute_service_fee::*, proposal_open::*, proposal_vote::*,
};
