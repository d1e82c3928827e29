//! Roles change hands, and mints come and go on the lists of the two configurations.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::Role;
use modchains_oracle::instructions::BondMintAllowArgs;
use modchains_sdk::instruction::{exchange, oracle};

use super::action::{Action, Plan, expect, short};
use crate::{
    pick::Pick,
    setup::{Setup, admin, treasury},
};

pub const ACTIONS: &[Action] = &[
    Action { name: "role_transfer_offer", weight: 3, build: offer },
    Action { name: "role_transfer_accept", weight: 3, build: accept },
    Action { name: "role_transfer_cancel", weight: 1, build: cancel },
    Action { name: "quote_mint_allow", weight: 3, build: quote_allow },
    Action { name: "quote_mint_delist", weight: 1, build: quote_delist },
    Action { name: "bond_mint_allow", weight: 3, build: bond_allow },
    Action { name: "bond_mint_delist", weight: 1, build: bond_delist },
];

/// A role of one of the two configurations.
struct Office {
    is_oracle: bool,
    role: Role,
    holder: Pubkey,
    offered_to: Pubkey,
}

impl Office {
    fn choose(setup: &Setup, pick: &mut Pick) -> Self {
        let (exchange, oracle) = (setup.exchange_config(), setup.oracle_config());
        let is_oracle = pick.percent(50);
        let (role, [of_exchange, of_oracle]) = if pick.percent(50) {
            (Role::Admin, [(exchange.admin, exchange.admin_offered_to), (oracle.admin, oracle.admin_offered_to)])
        } else {
            let of_exchange = (exchange.treasury, exchange.treasury_offered_to);
            (Role::Treasury, [of_exchange, (oracle.treasury, oracle.treasury_offered_to)])
        };
        let (holder, offered_to) = if is_oracle { of_oracle } else { of_exchange };
        Self { is_oracle, role, holder, offered_to }
    }

    fn name(&self) -> String {
        format!("{:?} of the {}", self.role, if self.is_oracle { "oracle" } else { "exchange" })
    }

    fn is_offered(&self) -> bool {
        self.offered_to != Pubkey::default()
    }
}

fn offer(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let office = Office::choose(setup, pick);
    let signer = setup.mostly(office.holder, pick);
    let first = if office.role == Role::Admin { admin() } else { treasury() };
    let to = if pick.percent(40) { first } else { setup.anybody(pick) };
    let build = if office.is_oracle { oracle::role_transfer_offer } else { exchange::role_transfer_offer };
    let what = format!("{} offers to be {} to {}", short(&signer), office.name(), short(&to));
    let reasons = [(signer != office.holder, "only the holder may")];
    Some(Plan { expect: expect(&reasons, "it is the holder's"), ..Plan::one(build(&signer, office.role, &to), what) })
}

fn accept(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let office = Office::choose(setup, pick);
    if !office.is_offered() && pick.percent(90) {
        return None;
    }
    let to = if office.is_offered() { setup.mostly(office.offered_to, pick) } else { setup.anybody(pick) };
    let build = if office.is_oracle { oracle::role_transfer_accept } else { exchange::role_transfer_accept };
    let what = format!("{} accepts to be {}", short(&to), office.name());
    let reasons = [(to != office.offered_to, "it was not offered")];
    Some(Plan { expect: expect(&reasons, "it was offered"), ..Plan::one(build(&to, office.role), what) })
}

fn cancel(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let office = Office::choose(setup, pick);
    if !office.is_offered() && pick.percent(90) {
        return None;
    }
    let signer = setup.mostly(office.holder, pick);
    let build = if office.is_oracle { oracle::role_transfer_cancel } else { exchange::role_transfer_cancel };
    let what = format!("{} takes the offer to be {} back", short(&signer), office.name());
    let reasons = [(signer != office.holder, "only the holder may"), (!office.is_offered(), "it was not offered")];
    Some(Plan { expect: expect(&reasons, "it was offered"), ..Plan::one(build(&signer, office.role), what) })
}

/// Allows a quote mint that is off the list, else a model's token.
fn quote_allow(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let config = setup.exchange_config();
    let signer = setup.mostly(config.admin, pick);
    let off = setup.quotes.iter().map(|quote| quote.mint).find(|mint| !config.quote_mints.contains(mint));
    let models: Vec<_> = setup.ledger.models.values().map(|model| model.mint).collect();
    let mint = off.or_else(|| pick.one(&models).copied())?;
    let what = format!("{} allows {} as quote", short(&signer), short(&mint));
    Some(Plan::one(exchange::quote_mint_allow(&signer, &mint), what))
}

fn quote_delist(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let config = setup.exchange_config();
    let signer = setup.mostly(config.admin, pick);
    let mint = pick.one(&setup.quotes)?.mint;
    let what = format!("{} delists {} as quote", short(&signer), short(&mint));
    let reasons = [
        (signer != config.admin, "only the admin may"),
        (!config.quote_mints.contains(&mint), "it is not on the list"),
    ];
    let instruction = exchange::quote_mint_delist(&signer, &mint);
    Some(Plan { expect: expect(&reasons, "the admin may"), ..Plan::one(instruction, what) })
}

fn bond_allow(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let config = setup.oracle_config();
    let is_off = |mint: &Pubkey| !config.bond_mints.iter().any(|bond| bond.mint == *mint);
    let off = setup.quotes.iter().find(|quote| is_off(&quote.mint));
    let quote = *off.or_else(|| pick.one(&setup.quotes))?;
    let args = BondMintAllowArgs {
        min_bond_atoms: 10_001 + pick.magnitude(10_000_000),
        claim_bond_atoms: 1 + pick.below(10_001),
        requester_cap_atoms: 1 + pick.magnitude(1_000_000_000_000),
    };
    let signer = setup.mostly(config.admin, pick);
    let what = format!("{} sets the bonds of {}", short(&signer), short(&quote.mint));
    Some(Plan::one(oracle::bond_mint_allow(&signer, &quote.mint, args), what))
}

fn bond_delist(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let config = setup.oracle_config();
    let signer = setup.mostly(config.admin, pick);
    let mint = pick.one(&setup.quotes)?.mint;
    let what = format!("{} delists {} for bonds", short(&signer), short(&mint));
    let is_on = config.bond_mints.iter().any(|bond| bond.mint == mint);
    let reasons = [(signer != config.admin, "only the admin may"), (!is_on, "it is not on the list")];
    let instruction = oracle::bond_mint_delist(&signer, &mint);
    Some(Plan { expect: expect(&reasons, "the admin may"), ..Plan::one(instruction, what) })
}
