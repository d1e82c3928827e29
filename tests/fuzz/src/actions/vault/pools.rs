//! Vaults and pools open and close.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::{Token, vault},
};
use modchains_vault::{
    instructions::VaultOpenArgs,
    state::{RevenuePool, Vault, VaultTerms},
};

use super::choose::{gifts, pool};
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "vault_open", weight: 6, build: vault_open },
    Action { name: "vault_close", weight: 5, build: vault_close },
    Action { name: "pool_open", weight: 4, build: pool_open },
    Action { name: "pool_close", weight: 4, build: pool_close },
];

/// Opens the vault of a model with a market: its creator on terms of choice, anybody else on the default ones.
fn vault_open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let has_vault = |model: &Pubkey| setup.ledger.vaults.contains_key(&address::vault::vault(model));
    let careless = pick.percent(3);
    let markets = setup.ledger.markets.values().filter(|market| careless || !has_vault(&market.model));
    let market = **pick.one(&markets.collect::<Vec<_>>())?;
    let creator = setup.ledger.models.get(&market.model)?.creator;
    let payer = if pick.percent(50) { creator } else { setup.anybody(pick) };
    let chosen =
        VaultTerms { cooldown_seconds: 10 + pick.below(7_200) as u32, stream_seconds: 60 + pick.below(90_000) as u32 };
    let terms = pick.percent(if payer == creator { 70 } else { 10 }).then_some(chosen);
    let args = VaultOpenArgs { terms };
    let instruction = vault::vault_open(&payer, &market.model, &setup.quote_of(&market), args);
    let reasons = [
        (has_vault(&market.model), "there is one"),
        (terms.is_some() && payer != creator, "only the creator chooses terms"),
    ];
    let what = format!("{} opens the vault of {}", short(&payer), short(&market.model));
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn first_pool<'a>(setup: &'a Setup, vault: &Pubkey) -> Option<&'a RevenuePool> {
    setup.ledger.pools.values().find(|pool| pool.vault == *vault && pool.is_first == 1)
}

/// Why a pool cannot close, if it cannot, but for its stakers.
fn owes(setup: &Setup, pool: &RevenuePool) -> Option<&'static str> {
    let due = [pool.unstreamed_atoms, pool.settled_atoms, pool.treasury_atoms, pool.granted_atoms];
    if due != [0; 4] {
        return Some("something is due");
    }
    (gifts(setup, &pool.tokens) > 0).then_some("something was sent there")
}

/// Why a vault cannot close under its proposals.
const PROPOSALS: &str = "a proposal exists";

fn vault_close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let has_proposal = |vault: &Pubkey| setup.ledger.proposals.values().any(|proposal| proposal.vault == *vault);
    let refusal = |address: &Pubkey, vault: &Vault| {
        let pool = first_pool(setup, address)?;
        let started = u64::try_from(setup.chain.now()).ok()?;
        let reasons = [
            (has_proposal(address), PROPOSALS),
            (vault.staked_atoms + vault.cooling_atoms > 0, "it has stakes"),
            (vault.rules_counter >= started, "it opened in this second"),
            (gifts(setup, &vault.stake_tokens) > 0, "something was sent there"),
        ];
        let found = reasons.iter().find(|(holds, _)| *holds).map(|(_, reason)| *reason);
        found.or_else(|| owes(setup, pool))
    };
    let (careless, despite_proposals) = (pick.percent(10), pick.percent(50));
    let fits = |address: &Pubkey, vault: &Vault| match refusal(address, vault) {
        None => true,
        // The first reason: others may hold as well.
        Some(PROPOSALS) => despite_proposals && vault.staked_atoms + vault.cooling_atoms == 0,
        Some(_) => false,
    };
    let vaults: Vec<_> =
        setup.ledger.vaults.iter().filter(|(address, vault)| careless || fits(address, vault)).collect();
    let (address, vault) = *pick.one(&vaults)?;
    let payer = setup.mostly(vault.payer, pick);
    let instruction = vault::vault_close(&payer, &vault.model, &setup.quote(&vault.quote_mint));
    let expect = match refusal(address, vault) {
        _ if payer != vault.payer => Expect::Refused("another paid the rent"),
        Some(reason) => Expect::Refused(reason),
        None => Expect::Accepted("nobody uses it"),
    };
    let what = format!("{} closes the vault of {}", short(&payer), short(&vault.model));
    Some(Plan { expect, ..Plan::one(instruction, what) })
}

/// Opens a pool for the other quote mint, or for some model's token, the vault's own above all.
fn pool_open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let vaults: Vec<_> = setup.ledger.vaults.iter().collect();
    let (address, vault) = *pick.one(&vaults)?;
    let models: Vec<_> = setup.ledger.models.keys().copied().collect();
    let token = match pick.below(10) {
        0..=3 => *pick.one(&setup.quotes)?,
        4..=7 => Token::of_model(&vault.model),
        _ => Token::of_model(pick.one(&models)?),
    };
    let is_there = setup.ledger.pools.contains_key(&address::vault::pool(address, &token.mint));
    if is_there && !pick.percent(10) {
        return None;
    }
    let payer = setup.anybody(pick);
    let what = format!("{} opens a pool for {}", short(&payer), short(&token.mint));
    let plan = Plan::one(vault::pool_open(&payer, &vault.model, &token), what);
    Some(Plan { expect: expect(&[(is_there, "there is one")], "anybody may"), ..plan })
}

fn pool_close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let has_stakers = |pool: &RevenuePool| pool.share_count > 0 || pool.staked_atoms > 0;
    let careless = pick.percent(40);
    let fits =
        |pool: &RevenuePool| pool.is_first == 0 && !has_stakers(pool) && (careless || owes(setup, pool).is_none());
    let (address, pool, vault) = pool(setup, pick, fits)?;
    let payer = setup.mostly(pool.payer, pick);
    let instruction = vault::pool_close(&payer, &vault.model, &setup.token(&pool.revenue_mint));
    let reasons = [
        (payer != pool.payer, "another paid the rent"),
        (pool.is_first == 1, "it is the vault's first"),
        (has_stakers(&pool), "it has shares"),
        (owes(setup, &pool).is_some(), "something is due"),
    ];
    let what = format!("{} closes the pool {}", short(&payer), short(&address));
    Some(Plan { expect: expect(&reasons, "nobody earns from it"), ..Plan::one(instruction, what) })
}
