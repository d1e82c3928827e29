//! Revenue of stakers and what the treasury gets: deposits, sweeps, claims.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::{
        Token,
        vault::{self, PoolPlace},
    },
};
use modchains_vault::{
    instructions::{RevenueDepositArgs, TreasuryDepositArgs},
    state::{Earnings, Position, RevenuePool, Vault},
};

use super::choose::{gifts, pool, position, shares};
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    laws::vault::stream,
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "revenue_deposit", weight: 25, build: deposit },
    Action { name: "treasury_deposit", weight: 12, build: treasury_deposit },
    Action { name: "revenue_sweep", weight: 5, build: sweep },
    Action { name: "stake_sweep", weight: 4, build: stake_sweep },
    Action { name: "revenue_claim", weight: 36, build: claim },
    Action { name: "revenue_claims", weight: 8, build: claim_all },
];

fn deposit(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (_, pool, vault) = pool(setup, pick, |_| true)?;
    let token = setup.token(&pool.revenue_mint);
    let depositor = setup.anybody(pick);
    let held = setup.atoms(&token.account_of(&depositor));
    let most = if pick.percent(95) { held.min(1_000_000_000_000) } else { held };
    let revenue_atoms = pick.amount(most);
    let instruction = vault::revenue_deposit(&depositor, &vault.model, &token, RevenueDepositArgs { revenue_atoms });
    let reasons = [(revenue_atoms == 0, "nothing is deposited"), (revenue_atoms > held, "the depositor has less")];
    let what = format!("{} deposits {revenue_atoms} of revenue", short(&depositor));
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn treasury_deposit(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (_, pool, vault) = pool(setup, pick, |pool| pool.is_first == 1 || pool.share_count > 0)?;
    let token = setup.token(&pool.revenue_mint);
    let depositor = setup.anybody(pick);
    let held = setup.atoms(&token.account_of(&depositor));
    let revenue_atoms = pick.amount(held.min(1_000_000_000_000));
    let args = TreasuryDepositArgs { revenue_atoms };
    let instruction = vault::treasury_deposit(&depositor, &vault.model, &token, args);
    let reasons = [(revenue_atoms == 0, "nothing is deposited"), (revenue_atoms > held, "the depositor has less")];
    let what = format!("{} gives the treasury {revenue_atoms}", short(&depositor));
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn sweep(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (_, pool, vault) = pool(setup, pick, |pool| gifts(setup, &pool.tokens) > 0)?;
    let reasons = [(gifts(setup, &pool.tokens) == 0, "nothing was sent there")];
    let what = format!("what was sent to a pool of {} is swept in", short(&vault.model));
    let instruction = vault::revenue_sweep(&vault.model, &pool.revenue_mint);
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn stake_sweep(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let own_pool = |vault: &Vault| address::vault::pool(&address::vault::vault(&vault.model), &vault.mint);
    let careless = pick.percent(5);
    let fits = |vault: &&Vault| {
        careless || (gifts(setup, &vault.stake_tokens) > 0 && setup.ledger.pools.contains_key(&own_pool(vault)))
    };
    let vaults: Vec<_> = setup.ledger.vaults.values().filter(fits).collect();
    let vault = **pick.one(&vaults)?;
    let reasons = [
        (gifts(setup, &vault.stake_tokens) == 0, "nothing was sent there"),
        (!setup.ledger.pools.contains_key(&own_pool(&vault)), "there is no pool for it"),
    ];
    let what = format!("what was sent to the stakes of {} is swept in", short(&vault.model));
    let plan = Plan::one(vault::stake_sweep(&vault.model), what);
    Some(Plan { expect: expect(&reasons, "anybody may"), ..plan })
}

fn has_something(position: &Position) -> bool {
    position.staked_atoms > 0 || position.earnings.claimable_atoms > 0
}

/// What a position earns from, with what is due.
fn dues(setup: &Setup, address: &Pubkey, position: &Position) -> Vec<(Token, PoolPlace, u64)> {
    let now = setup.chain.now();
    let due = |pool: &RevenuePool, earnings: &Earnings| stream::due(pool, position.staked_atoms, earnings, now);
    let is_first = |pool: &&RevenuePool| pool.vault == position.vault && pool.is_first == 1;
    let first = setup.ledger.pools.values().find(is_first);
    let first = first.map(|pool| (setup.token(&pool.revenue_mint), PoolPlace::First, due(pool, &position.earnings)));
    let further = shares(setup, address)
        .into_iter()
        .map(|(share, pool)| (setup.token(&pool.revenue_mint), PoolPlace::Further, due(&pool, &share.earnings)));
    first.into_iter().chain(further).collect()
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, position, vault) = position(setup, pick, |_, position| has_something(position))?;
    let (token, mut place, due) = *pick.one(&dues(setup, &address, &position))?;
    let is_wrong = pick.percent(2);
    if is_wrong {
        place = if place == PoolPlace::First { PoolPlace::Further } else { PoolPlace::First };
    }
    let owner = setup.mostly(position.owner, pick);
    let instruction = vault::revenue_claim(&owner, &vault.model, &token, place);
    let plan = Plan::one(instruction, format!("{} claims revenue", short(&owner)));
    if owner != position.owner {
        return Some(plan);
    }
    let reasons = [(is_wrong, "it is another kind of pool"), (due == 0, "nothing is due")];
    Some(Plan { expect: expect(&reasons, "it is due"), ..plan })
}

/// Claims from every pool in which something is due, in one transaction.
fn claim_all(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, position, vault) = position(setup, pick, |_, position| has_something(position))?;
    let dues = dues(setup, &address, &position);
    let due = dues.iter().filter(|(.., atoms)| *atoms > 0);
    let claim = |(token, place, _): &(Token, PoolPlace, u64)| {
        vault::revenue_claim(&position.owner, &vault.model, token, *place)
    };
    let instructions: Vec<_> = due.map(claim).collect();
    if instructions.is_empty() {
        return None;
    }
    let what = format!("{} claims from {} pools", short(&position.owner), instructions.len());
    Some(Plan { instructions, expect: Expect::Accepted("it is due"), what, ..Plan::default() })
}
