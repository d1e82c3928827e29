//! Referrers' accounts and their pay.

use modchains_sdk::{address, instruction::exchange};

use super::action::{Action, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "referral_open", weight: 4, build: open },
    Action { name: "referral_claim", weight: 12, build: claim },
];

fn open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.iter().collect();
    let (market_address, market) = pick.one(&markets)?;
    let (payer, referrer) = (setup.anybody(pick), setup.anybody(pick));
    let is_there = setup.ledger.referrals.contains_key(&address::exchange::referral(market_address, &referrer));
    if is_there && !pick.percent(10) {
        return None;
    }
    let instruction = exchange::referral_open(&payer, &market.model, &referrer);
    let what = format!("{} opens a referral of {}", short(&payer), short(&referrer));
    Some(Plan { expect: expect(&[(is_there, "there is one")], "anybody may"), ..Plan::one(instruction, what) })
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(10);
    let referrals: Vec<_> =
        setup.ledger.referrals.values().filter(|referral| careless || referral.due_atoms > 0).collect();
    let referral = pick.one(&referrals)?;
    let market = setup.ledger.markets.get(&referral.market)?;
    let instruction = exchange::referral_claim(&market.model, &setup.quote_of(market), &referral.referrer);
    let what = format!("{} is paid for referrals", short(&referral.referrer));
    let reasons = [(referral.due_atoms == 0, "nothing is due")];
    Some(Plan { expect: expect(&reasons, "it is due"), ..Plan::one(instruction, what) })
}
