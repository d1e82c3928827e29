//! What the fuzzer does. An action looks at the setup, chooses and builds one transaction; each family is a file.

pub mod listing;

mod action;
mod clock;
mod closes;
mod content;
pub mod gifts;
mod operators;
mod ownership;
mod referrals;
mod requests;
mod revenue;
mod stakes;
mod sync;
mod trades;

pub use self::action::{Action, Expect, Plan};

/// Every action, in a fixed order.
pub fn all() -> Vec<Action> {
    [
        clock::ACTIONS,
        trades::ACTIONS,
        sync::ACTIONS,
        listing::ACTIONS,
        gifts::ACTIONS,
        stakes::ACTIONS,
        revenue::ACTIONS,
        operators::ACTIONS,
        requests::ACTIONS,
        content::ACTIONS,
        referrals::ACTIONS,
        ownership::ACTIONS,
        closes::ACTIONS,
    ]
    .concat()
}
