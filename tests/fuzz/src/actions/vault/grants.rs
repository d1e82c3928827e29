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
    let instruction = grant_claim(address, grant, &setup.token(&grant.revenue_mint).program);
    let what = format!("{} is paid a grant", short(&grant.payee));
    Some(Plan {
        expect: expect(&[(due(grant) == 0, "nothing is released")], "it is released"),
        ..Plan::one(instruction, what)
    })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(10);
    let grants: Vec<_> =
        setup.ledger.grants.iter().filter(|(_, grant)| careless || standing::left_atoms(grant) == 0).collect();
    let (address, grant) = *pick.one(&grants)?;
    let payer = setup.mostly(grant.payer, pick);
    let reasons =
        [(payer != grant.payer, "another paid the rent"), (standing::left_atoms(grant) > 0, "something is left")];
    let what = format!("a grant of {} is closed", short(&grant.payee));
    Some(Plan { expect: expect(&reasons, "nothing is left"), ..Plan::one(grant_close(address, &payer), what) })
}
