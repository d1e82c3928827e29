//! What stakers, and everybody who pays them, can do in a vault.

mod choose;
mod executions;
mod grants;
mod pools;
mod proposals;
mod revenue;
mod shares;
mod stakes;

use super::action::Action;

/// What can be done.
pub const ACTIONS: &[&[Action]] = &[
    stakes::ACTIONS,
    shares::ACTIONS,
    revenue::ACTIONS,
    pools::ACTIONS,
    proposals::ACTIONS,
    executions::ACTIONS,
    grants::ACTIONS,
];
