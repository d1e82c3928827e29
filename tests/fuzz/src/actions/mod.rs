//! What the fuzzer does. An action looks at the setup, chooses and builds one transaction; each family is a file.

pub mod listing;

mod action;
mod authority;
mod clock;
mod closes;
mod content;
mod frozen;
pub mod gifts;
mod operators;
mod ownership;
mod referrals;
mod requests;
mod sync;
mod trades;
mod vault;

pub use self::{
    action::{Action, Expect, Plan},
    trades::open_terms,
};

/// Every action, in a fixed order.
pub fn all() -> Vec<Action> {
    [
        clock::ACTIONS,
        trades::ACTIONS,
        sync::ACTIONS,
        listing::ACTIONS,
        gifts::ACTIONS,
        frozen::ACTIONS,
        operators::ACTIONS,
        requests::ACTIONS,
        content::ACTIONS,
        referrals::ACTIONS,
        ownership::ACTIONS,
        closes::ACTIONS,
        authority::ACTIONS,
        &vault::ACTIONS.concat(),
    ]
    .concat()
}
