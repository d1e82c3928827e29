//! Staking and leaving.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::instruction::{Token, vault};
use modchains_vault::{
    instructions::{StakeArgs, UnstakeArgs},
    state::{Position, Vault},
};

use super::action::{Action, Expect, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "position_open", weight: 10, build: position_open },
    Action { name: "stake", weight: 45, build: stake },
    Action { name: "unstake", weight: 28, build: unstake },
    Action { name: "unstake_withdraw", weight: 28, build: withdraw },
];

fn position_open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let vaults: Vec<_> = setup.ledger.vaults.iter().collect();
    let (address, vault) = pick.one(&vaults)?;
    let has_none = |owner: &&Pubkey| {
        !setup.ledger.positions.values().any(|position| position.vault == **address && position.owner == **owner)
    };
    let free: Vec<_> = setup.people.iter().filter(has_none).collect();
    let owner = **pick.one(&free)?;
    let what = format!("{} opens a position in {}", short(&owner), short(address));
    Some(Plan::one(vault::position_open(&owner, &vault.model), what))
}

/// A position with its vault.
fn position(setup: &Setup, pick: &mut Pick, fits: fn(&Position) -> bool) -> Option<(Position, Vault)> {
    let careless = pick.percent(5);
    let positions: Vec<_> = setup.ledger.positions.values().filter(|position| careless || fits(position)).collect();
    let position = **pick.one(&positions)?;
    Some((position, *setup.ledger.vaults.get(&position.vault)?))
}

/// What the positions of a vault earn in: none has a share of a further pool.
const fn revenue(vault: &Vault) -> vault::RevenueMints<'static> {
    vault::RevenueMints { first: vault.quote_mint, shares: &[] }
}

fn stake(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (position, vault) = position(setup, pick, |_| true)?;
    let held = setup.atoms(&Token::of_model(&vault.model).account_of(&position.owner));
    let owner = setup.mostly(position.owner, pick);
    let token_atoms = if pick.percent(85) { pick.affordable(held) } else { pick.amount(held) };
    let args = StakeArgs { token_atoms, rules_counter: vault.rules_counter };
    let instruction = vault::stake(&owner, &vault.model, revenue(&vault), args);
    let expect = if owner == position.owner {
        let reasons = [(token_atoms == 0, "nothing is staked"), (token_atoms > held, "the owner has less")];
        expect(&reasons, "the owner has them")
    } else {
        Expect::Either
    };
    Some(Plan { expect, ..Plan::one(instruction, format!("{} stakes {token_atoms}", short(&owner))) })
}

fn unstake(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (position, vault) = position(setup, pick, |position| position.staked_atoms > 0)?;
    let owner = setup.mostly(position.owner, pick);
    let staked = position.staked_atoms;
    let token_atoms = if pick.percent(85) { pick.affordable(staked) } else { pick.amount(staked) };
    let instruction = vault::unstake(&owner, &vault.model, revenue(&vault), UnstakeArgs { token_atoms });
    let plan = Plan::one(instruction, format!("{} unstakes {token_atoms}", short(&owner)));
    if owner != position.owner {
        return Some(plan);
    }
    let reasons = [(token_atoms == 0, "nothing is unstaked"), (token_atoms > staked, "less is staked")];
    Some(Plan { expect: expect(&reasons, "nobody is locked in"), ..plan })
}

fn withdraw(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (position, vault) = position(setup, pick, |position| position.cooling_atoms > 0)?;
    let owner = setup.mostly(position.owner, pick);
    let plan = Plan::one(vault::unstake_withdraw(&owner, &vault.model), format!("{} withdraws a stake", short(&owner)));
    if owner != position.owner {
        return Some(plan);
    }
    let reasons = [
        (position.cooling_atoms == 0, "nothing cools"),
        (setup.chain.now() < position.cooling_until_seconds, "the cooldown runs"),
    ];
    Some(Plan { expect: expect(&reasons, "the cooldown is over"), ..plan })
}
