//! Accounts that nobody needs any more are closed.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::state::Service;
use modchains_sdk::instruction::{exchange, oracle, registry};

use super::action::{Action, Expect, Plan, expect, short};
use crate::{laws::services, pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "referral_close", weight: 2, build: referral },
    Action { name: "licence_close", weight: 3, build: licence },
    Action { name: "contributors_close", weight: 3, build: contributors },
    Action { name: "pause_budget_close", weight: 1, build: pause_budget },
    Action { name: "service_close", weight: 5, build: service },
];

fn referral(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let referrals: Vec<_> = setup.ledger.referrals.values().collect();
    let referral = pick.one(&referrals)?;
    let market = setup.ledger.markets.get(&referral.market)?;
    let paid_by = setup.mostly(referral.paid_by, pick);
    let instruction = exchange::referral_close(&referral.referrer, &market.model, &paid_by);
    let reasons =
        [(paid_by != referral.paid_by, "another paid the rent"), (referral.due_atoms != 0, "something is due")];
    let what = format!("{} closes a referral", short(&referral.referrer));
    Some(Plan { expect: expect(&reasons, "nothing is due"), ..Plan::one(instruction, what) })
}

/// The creator of `model`, or now and then somebody else in the creator's place, and whether it is the creator.
fn creator(setup: &Setup, model: &Pubkey, pick: &mut Pick) -> Option<(Pubkey, bool)> {
    let creator = setup.ledger.models.get(model)?.creator;
    let signer = setup.mostly(creator, pick);
    Some((signer, signer == creator))
}

fn licence(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let licences: Vec<_> = setup.ledger.licences.values().collect();
    let licence = pick.one(&licences)?;
    let (signer, is_creator) = creator(setup, &licence.model, pick)?;
    let expires = licence.expires_at_seconds;
    let is_over = licence.revoked_at_seconds != 0 || (expires != 0 && setup.chain.now() >= expires);
    let instruction = registry::licence_close(&signer, &licence.model, &licence.grantee, &licence.paid_by);
    let reasons = [(!is_creator, "only the creator may"), (!is_over, "it is in force")];
    let what = format!("{} closes the licence of {}", short(&signer), short(&licence.grantee));
    Some(Plan { expect: expect(&reasons, "it is over"), ..Plan::one(instruction, what) })
}

fn contributors(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let all: Vec<_> = setup.ledger.contributors.values().collect();
    let shares = pick.one(&all)?;
    let (signer, is_creator) = creator(setup, &shares.model, pick)?;
    let instruction = registry::contributors_close(&signer, &shares.model, &shares.paid_by);
    let reasons = [
        (!is_creator, "only the creator may"),
        (shares.count != 0, "somebody has a share or is owed something"),
        (shares.creator_owed_atoms != 0, "the creator is owed something"),
    ];
    let what = format!("{} closes the contributors of {}", short(&signer), short(&shares.model));
    Some(Plan { expect: expect(&reasons, "nobody is owed anything"), ..Plan::one(instruction, what) })
}

fn pause_budget(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let budgets: Vec<_> = setup.ledger.pause_budgets.values().collect();
    let budget = pick.one(&budgets)?;
    let model = setup.ledger.markets.get(&budget.market)?.model;
    let is_used = budget.used_seconds(setup.chain.now()).ok()? != 0;
    let instruction = exchange::pause_budget_close(&model, &budget.paid_by);
    let what = format!("the budget of pauses of {} is closed", short(&model));
    Some(Plan { expect: expect(&[(is_used, "pauses count")], "no pause counts"), ..Plan::one(instruction, what) })
}

/// Closes a service, mostly one that nobody is in any more, whatever it owes and however long ago it was shut.
fn service(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(15);
    let is_left = |service: &Service| service.operator_count + service.request_count == 0;
    let all = setup.ledger.services.iter();
    let services: Vec<_> = all.filter(|(_, service)| careless || is_left(service)).collect();
    let (address, service) = *pick.one(&services)?;
    let (signer, is_creator) = creator(setup, &service.model, pick)?;
    let payer = setup.mostly(service.payer, pick);
    let quote = setup.quote(&service.quote_mint);
    let mut instruction = oracle::service_close(&signer, &service.model, &payer, &quote);
    let receiver = if pick.percent(80) { signer } else { setup.anybody(pick) };
    let own_tokens = quote.account_of(&signer);
    for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == own_tokens) {
        meta.pubkey = quote.account_of(&receiver);
    }
    let (now, usage) = (setup.chain.now(), setup.ledger.usages.get(&service.usage)?);
    let reasons = [
        (!is_creator, "only the creator may"),
        (payer != service.payer, "another paid the rent"),
        (services::left(service) != 0, "it is used"),
        (!services::was_shut(service, now), "it was open a month ago"),
        (services::keeps_price(setup, address, now), "a price that a vote has set is kept"),
        (services::counts(usage, now), "its use counts"),
        (receiver != signer && setup.atoms(&service.escrow) > 0, "what was sent there is the creator's"),
    ];
    let what = format!("{} closes the service of {}", short(&signer), short(&service.model));
    let expect = match expect(&reasons, "nobody uses it") {
        Expect::Accepted(_) if usage.epoch_fees_atoms > 0 => Expect::Either,
        expect => expect,
    };
    Some(Plan { expect, ..Plan::one(instruction, what) })
}
