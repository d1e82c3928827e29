//! Staking and leaving.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::instruction::{
    Token,
    vault::{self, RevenueMints},
};
use modchains_vault::{
    instructions::{StakeArgs, UnstakeArgs},
    state::{Position, Proposal, Vault},
};

use super::choose::{position, shares};
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "position_open", weight: 10, build: open },
    Action { name: "position_close", weight: 6, build: close },
    Action { name: "stake", weight: 45, build: stake },
    Action { name: "unstake", weight: 28, build: unstake },
    Action { name: "unstake_withdraw", weight: 28, build: withdraw },
    Action { name: "stake_and_unstake", weight: 4, build: flash },
];

fn open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let vaults: Vec<_> = setup.ledger.vaults.iter().collect();
    let (address, vault) = pick.one(&vaults)?;
    let has_none = |owner: &&Pubkey| {
        !setup.ledger.positions.values().any(|position| position.vault == **address && position.owner == **owner)
    };
    let free: Vec<_> = setup.people.iter().filter(has_none).collect();
    let owner = **pick.one(&free)?;
    let what = format!("{} opens a position in {}", short(&owner), short(address));
    Some(Plan {
        expect: Expect::Accepted("anybody may"),
        ..Plan::one(vault::position_open(&owner, &vault.model), what)
    })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let is_empty = |position: &Position| position.staked_atoms + position.cooling_atoms == 0;
    let (address, position, vault) = position(setup, pick, |_, position| is_empty(position))?;
    let owner = setup.mostly(position.owner, pick);
    let what = format!("{} closes a position in {}", short(&owner), short(&position.vault));
    let plan = Plan::one(vault::position_close(&owner, &vault.model), what);
    if owner != position.owner {
        return Some(plan);
    }
    let is_proposer = |proposal: &Proposal| proposal.vault == position.vault && proposal.proposer == position.owner;
    let reasons = [
        (position.staked_atoms + position.cooling_atoms > 0, "something is in it"),
        (position.earnings.claimable_atoms > 0, "revenue is due"),
        (!shares(setup, &address).is_empty(), "it has shares"),
        (setup.ledger.proposals.values().any(is_proposer), "its proposal exists"),
        (is_locked(setup, &address), "its vote runs"),
    ];
    Some(Plan { expect: expect(&reasons, "it is empty"), ..plan })
}

/// Whether a vote keeps the stake in.
fn is_locked(setup: &Setup, position: &Pubkey) -> bool {
    setup.memory.stakers.locks.get(position).is_some_and(|until| setup.chain.now() < *until)
}

/// The mints of a position's shares, now and then without one or with one twice; and whether they are as they should be.
fn share_mints(setup: &Setup, position: &Pubkey, pick: &mut Pick) -> (Vec<Pubkey>, bool) {
    let mut mints: Vec<Pubkey> = shares(setup, position).iter().map(|(_, pool)| pool.revenue_mint).collect();
    let is_wrong = !mints.is_empty() && pick.percent(6);
    if is_wrong {
        let last = mints.pop();
        mints.extend(last.filter(|_| pick.percent(50)).into_iter().flat_map(|mint| [mint, mint]));
    }
    (mints, !is_wrong)
}

const fn revenue<'a>(vault: &Vault, shares: &'a [Pubkey]) -> RevenueMints<'a> {
    RevenueMints { first: vault.quote_mint, shares }
}

fn stake(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, position, vault) = position(setup, pick, |_, _| true)?;
    let held = setup.atoms(&Token::of_model(&vault.model).account_of(&position.owner));
    let owner = setup.mostly(position.owner, pick);
    let token_atoms = match pick.below(20) {
        0..=2 => pick.amount(held),
        3..=5 => held,
        _ => pick.affordable(held),
    };
    let rules_counter = vault.rules_counter - u64::from(pick.percent(2));
    let (mints, is_whole) = share_mints(setup, &address, pick);
    let args = StakeArgs { token_atoms, rules_counter };
    let instruction = vault::stake(&owner, &vault.model, revenue(&vault, &mints), args);
    let plan = Plan::one(instruction, format!("{} stakes {token_atoms}", short(&owner)));
    if owner != position.owner {
        return Some(plan);
    }
    let reasons = [
        (token_atoms == 0, "nothing is staked"),
        (token_atoms > held, "the owner has less"),
        (rules_counter != vault.rules_counter, "the rules have changed"),
        (!is_whole, "a share is left out"),
    ];
    Some(Plan { expect: expect(&reasons, "the owner has them"), ..plan })
}

fn unstake(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, position, vault) =
        position(setup, pick, |address, position| position.staked_atoms > 0 && !is_locked(setup, address))?;
    let owner = setup.mostly(position.owner, pick);
    let staked = position.staked_atoms;
    let token_atoms = if pick.percent(85) { pick.affordable(staked) } else { pick.amount(staked) };
    let (mints, is_whole) = share_mints(setup, &address, pick);
    let instruction = vault::unstake(&owner, &vault.model, revenue(&vault, &mints), UnstakeArgs { token_atoms });
    let plan = Plan::one(instruction, format!("{} unstakes {token_atoms}", short(&owner)));
    if owner != position.owner {
        return Some(plan);
    }
    let reasons = [
        (token_atoms == 0, "nothing is unstaked"),
        (token_atoms > staked, "less is staked"),
        (is_locked(setup, &address), "its vote runs"),
        (!is_whole, "a share is left out"),
    ];
    Some(Plan { expect: expect(&reasons, "nobody is locked in"), ..plan })
}

/// Stakes and unstakes in one transaction, as who borrows a stake would.
fn flash(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, position, vault) = position(setup, pick, |address, _| !is_locked(setup, address))?;
    let held = setup.atoms(&Token::of_model(&vault.model).account_of(&position.owner));
    let token_atoms = pick.affordable(held);
    let mints: Vec<Pubkey> = shares(setup, &address).iter().map(|(_, pool)| pool.revenue_mint).collect();
    let (owner, revenue) = (position.owner, revenue(&vault, &mints));
    let args = StakeArgs { token_atoms, rules_counter: vault.rules_counter };
    let instructions = vec![
        vault::stake(&owner, &vault.model, revenue, args),
        vault::unstake(&owner, &vault.model, revenue, UnstakeArgs { token_atoms }),
    ];
    let reasons = [(token_atoms == 0, "nothing is staked"), (is_locked(setup, &address), "its vote runs")];
    let what = format!("{} stakes {token_atoms} and unstakes them", short(&owner));
    Some(Plan { instructions, expect: expect(&reasons, "the owner has them"), what, ..Plan::default() })
}

fn withdraw(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (_, position, vault) = position(setup, pick, |_, position| position.cooling_atoms > 0)?;
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
