//! Revenue of stakers: deposits, claims, new pools.

use modchains_sdk::instruction::vault::{self, PoolPlace};
use modchains_vault::instructions::RevenueDepositArgs;

use super::action::{Action, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "pool_open", weight: 1, build: pool_open },
    Action { name: "revenue_deposit", weight: 25, build: deposit },
    Action { name: "revenue_claim", weight: 40, build: claim },
];

fn pool_open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let models: Vec<_> = setup.ledger.vaults.values().map(|vault| vault.model).collect();
    let model = pick.one(&models)?;
    let payer = setup.anybody(pick);
    let quote = pick.one(&setup.quotes)?;
    let what = format!("{} opens a pool for {}", short(&payer), short(&quote.mint));
    Some(Plan::one(vault::pool_open(&payer, model, quote), what))
}

fn deposit(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let pools: Vec<_> = setup.ledger.pools.values().collect();
    let pool = pick.one(&pools)?;
    let model = setup.ledger.vaults.get(&pool.vault)?.model;
    let quote = setup.quote(&pool.revenue_mint);
    let depositor = setup.anybody(pick);
    let held = setup.atoms(&quote.account_of(&depositor));
    let most = if pick.percent(95) { held.min(1_000_000_000_000) } else { held };
    let revenue_atoms = pick.amount(most);
    let instruction = vault::revenue_deposit(&depositor, &model, &quote, RevenueDepositArgs { revenue_atoms });
    let reasons = [(revenue_atoms == 0, "nothing is deposited"), (revenue_atoms > held, "the depositor has less")];
    let what = format!("{} deposits {revenue_atoms} of revenue", short(&depositor));
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(5);
    let has_something = |position: &&modchains_vault::state::Position| {
        position.staked_atoms > 0 || position.earnings.claimable_atoms > 0
    };
    let positions: Vec<_> =
        setup.ledger.positions.values().filter(|position| careless || has_something(position)).collect();
    let position = pick.one(&positions)?;
    let model = setup.ledger.vaults.get(&position.vault)?.model;
    let mint = *pick.one(&setup.revenue_mints(&position.vault))?;
    let is_first = setup.ledger.vaults.get(&position.vault)?.quote_mint == mint;
    let place = if is_first { PoolPlace::First } else { PoolPlace::Further };
    let owner = setup.mostly(position.owner, pick);
    let what = format!("{} claims revenue", short(&owner));
    Some(Plan::one(vault::revenue_claim(&owner, &model, &setup.quote(&mint), place), what))
}
