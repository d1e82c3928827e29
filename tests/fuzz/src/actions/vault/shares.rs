//! Which further pools a position earns from.

use modchains_sdk::{
    address,
    instruction::vault::{self, PoolPlace},
};

use super::choose::{pool, position, shares};
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    laws::vault::stream,
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "pool_subscribe", weight: 12, build: subscribe },
    Action { name: "pool_unsubscribe", weight: 7, build: unsubscribe },
];

/// Most shares of a position.
const SHARES_MAX: usize = 8;

fn subscribe(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, pool, vault) = pool(setup, pick, |pool| pool.is_first == 0)?;
    let (position_address, position, _) = position(setup, pick, |position_address, position| {
        let share = address::vault::share(position_address, &address);
        position.vault == pool.vault && !setup.ledger.shares.contains_key(&share)
    })?;
    if position.vault != pool.vault {
        return None;
    }
    let owner = setup.mostly(position.owner, pick);
    let instruction = vault::pool_subscribe(&owner, &vault.model, &pool.revenue_mint);
    let plan = Plan::one(instruction, format!("{} earns from {}", short(&owner), short(&address)));
    if owner != position.owner {
        return Some(plan);
    }
    let has_one = setup.ledger.shares.contains_key(&address::vault::share(&position_address, &address));
    let reasons = [
        (pool.is_first == 1, "everybody earns from it"),
        (has_one, "it has a share"),
        (shares(setup, &position_address).len() >= SHARES_MAX, "it has eight shares"),
    ];
    Some(Plan { expect: expect(&reasons, "any owner may"), ..plan })
}

/// Gives a share up, mostly right after a claim.
fn unsubscribe(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let all: Vec<_> = setup.ledger.shares.values().collect();
    let share = **pick.one(&all)?;
    let (position, pool) = (setup.ledger.positions.get(&share.position)?, setup.ledger.pools.get(&share.pool)?);
    let model = setup.ledger.vaults.get(&pool.vault)?.model;
    let owner = setup.mostly(position.owner, pick);
    let mint = pool.revenue_mint;
    let is_due = stream::due(pool, position.staked_atoms, &share.earnings, setup.chain.now()) > 0;
    let mut instructions = vec![vault::pool_unsubscribe(&owner, &model, &mint)];
    let claims = pick.percent(70);
    if claims && is_due {
        instructions.insert(0, vault::revenue_claim(&owner, &model, &setup.token(&mint), PoolPlace::Further));
    }
    let expect = if owner != position.owner {
        Expect::Either
    } else {
        expect(&[(is_due && !claims, "revenue is due")], "nothing is due")
    };
    let what = format!("{} earns no more from {}", short(&owner), short(&share.pool));
    Some(Plan { instructions, expect, what, ..Plan::default() })
}
