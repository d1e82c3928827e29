//! Moves of the curve, with the usage roll that usually comes first.

use modchains_oracle::state::Usage;
use modchains_sdk::instruction::{exchange, oracle};

use super::action::{Action, Plan, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "market_sync", weight: 40, build: sync },
    Action { name: "usage_roll", weight: 12, build: roll },
    Action { name: "next_epoch", weight: 25, build: next_epoch },
];

fn sync(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.values().map(|market| market.model).collect();
    let model = pick.one(&markets)?;
    let mut instructions = vec![exchange::market_sync(model)];
    let now = setup.chain.now().unsigned_abs();
    let is_over = |usage: &Usage| now / u64::from(usage.epoch_seconds) > usage.epoch;
    if setup.ledger.usages.values().any(|usage| usage.model == *model && is_over(usage)) && pick.percent(85) {
        instructions.insert(0, oracle::usage_roll(model));
    }
    if pick.percent(3) {
        instructions.push(exchange::market_sync(model));
    }
    Some(Plan { instructions, what: format!("sync of {}", short(model)), ..Plan::default() })
}

fn roll(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let models: Vec<_> = setup.ledger.usages.values().map(|usage| usage.model).collect();
    let model = pick.one(&models)?;
    Some(Plan::one(oracle::usage_roll(model), format!("usage roll of {}", short(model))))
}

/// Time passes to the end of some market's epoch, where most syncs happen.
fn next_epoch(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    if super::clock::is_launching(setup) && pick.percent(90) {
        return None;
    }
    let markets: Vec<_> = setup.ledger.markets.values().collect();
    let market = pick.one(&markets)?;
    let end = market.synced_at_seconds() + i64::from(market.params.epoch_seconds);
    let seconds = (end - setup.chain.now()).max(0);
    Some(Plan { wait_seconds: seconds, what: format!("{seconds} s pass to the end of an epoch"), ..Plan::default() })
}
