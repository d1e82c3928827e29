//! Grants are paid and closed.

use modchains_sdk::instruction::governance::{grant_claim, grant_close};

use crate::{
    actions::action::{Action, Plan, expect, short},
    laws::vault::standing,
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "grant_claim", weight: 12, build: claim },
    Action { name: "grant_close", weight: 4, build: close },
];

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let due = |grant| standing::released_atoms(grant, now) - u128::from(grant.claimed_atoms);
    let careless = pick.percent(5);
    let grants: Vec<_> = setup.ledger.grants.iter().filter(|(_, grant)| careless || due(grant) > 0).collect();
    let (address, grant) = *pick.one(&grants)?;
    let token = setup.token(&grant.revenue_mint);
    let mut instruction = grant_claim(address, grant, &token.program);
    let receiver = setup.mostly(grant.payee, pick);
    let payee_tokens = token.account_of(&grant.payee);
    for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == payee_tokens) {
        meta.pubkey = token.account_of(&receiver);
    }
    let what = format!("{} is paid a grant of {}", short(&receiver), short(&grant.payee));
    let reasons = [(due(grant) == 0, "nothing is released"), (receiver != grant.payee, "it is another's grant")];
    Some(Plan { expect: expect(&reasons, "it is released"), ..Plan::one(instruction, what) })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(25);
    let grants: Vec<_> =
        setup.ledger.grants.iter().filter(|(_, grant)| careless || standing::left_atoms(grant) == 0).collect();
    let (address, grant) = *pick.one(&grants)?;
    let payer = setup.mostly(grant.payer, pick);
    let reasons =
        [(payer != grant.payer, "another paid the rent"), (standing::left_atoms(grant) > 0, "something is left")];
    let what = format!("a grant of {} is closed", short(&grant.payee));
    Some(Plan { expect: expect(&reasons, "nothing is left"), ..Plan::one(grant_close(address, &payer), what) })
}
