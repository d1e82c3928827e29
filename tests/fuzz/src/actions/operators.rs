//! Operators: registration, bonds, earnings.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::{
    instructions::{BondDepositArgs, BondWithdrawStartArgs, ConfigChangeQueueArgs, OperatorRegisterArgs},
    state::Operator,
};
use modchains_sdk::{
    address,
    instruction::{Token, oracle},
};
use modchains_tests::fixture::oracle_params;

use super::action::{Action, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "operator_register", weight: 6, build: register },
    Action { name: "bond_deposit", weight: 8, build: deposit },
    Action { name: "bond_withdraw_start", weight: 8, build: withdraw_start },
    Action { name: "bond_withdraw", weight: 8, build: withdraw },
    Action { name: "earnings_claim", weight: 16, build: claim },
    Action { name: "operator_close", weight: 4, build: close },
    Action { name: "oracle_config_change_queue", weight: 1, build: config_queue },
    Action { name: "oracle_config_change_apply", weight: 1, build: config_apply },
];

fn register(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (service, state) = *pick.one(&setup.ledger.services.iter().collect::<Vec<_>>())?;
    let is_new = |person: &&Pubkey| !setup.ledger.operators.contains_key(&address::oracle::operator(service, person));
    let authority = **pick.one(&setup.people.iter().filter(is_new).collect::<Vec<_>>())?;
    let bond_atoms = pick.amount(1_000_000_000_000);
    let cooldown_max_seconds = if pick.percent(95) { u32::MAX } else { 0 };
    let (quote, args) = (setup.quote(&state.quote_mint), OperatorRegisterArgs { bond_atoms, cooldown_max_seconds });
    let instruction = oracle::operator_register(&authority, service, &quote, args);
    let reasons = [
        (setup.oracle_config().params.cooldown_seconds > cooldown_max_seconds, "it would cool for longer"),
        (state.shut_at_seconds != 0, "the service is shut"),
        (bond_atoms < state.min_bond_atoms, "it is too small a bond"),
        (bond_atoms > setup.atoms(&quote.account_of(&authority)), "the operator has less"),
    ];
    let what = format!("{} becomes an operator with {bond_atoms}", short(&authority));
    // Nothing else can be wrong.
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn operator(setup: &Setup, pick: &mut Pick, fits: fn(&Operator) -> bool) -> Option<Operator> {
    let careless = pick.percent(5);
    let operators: Vec<_> = setup.ledger.operators.values().filter(|operator| careless || fits(operator)).collect();
    pick.one(&operators).map(|operator| **operator)
}

/// What is paid where an operator works.
fn quote(setup: &Setup, operator: &Operator) -> Option<Token> {
    Some(setup.quote(&setup.ledger.services.get(&operator.service)?.quote_mint))
}

fn deposit(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let operator = operator(setup, pick, |_| true)?;
    let quote = quote(setup, &operator)?;
    let depositor = setup.mostly(operator.authority, pick);
    let held = setup.atoms(&quote.account_of(&depositor));
    let bond_atoms = pick.amount(held.min(1_000_000_000_000));
    let mut instruction =
        oracle::bond_deposit(&operator.authority, &operator.service, &quote, BondDepositArgs { bond_atoms });
    (instruction.accounts[0].pubkey, instruction.accounts[1].pubkey) = (depositor, quote.account_of(&depositor));
    let reasons = [
        (depositor != operator.authority, "only the operator adds to its bond"),
        (bond_atoms == 0, "nothing is deposited"),
        (bond_atoms > held, "the depositor has less"),
    ];
    let what = format!("{} adds {bond_atoms} to a bond", short(&depositor));
    Some(Plan { expect: expect(&reasons, "the operator has it"), ..Plan::one(instruction, what) })
}

fn withdraw_start(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let operator = operator(setup, pick, |operator| operator.bond_atoms > operator.locked_atoms)?;
    let authority = setup.mostly(operator.authority, pick);
    let free = operator.bond_atoms - operator.locked_atoms;
    // A small part mostly: an operator without bond can do nothing more.
    let bond_atoms = match pick.below(10) {
        0 => free + 1,
        1..=7 => pick.affordable(free / 8),
        8 => free,
        _ => pick.amount(free),
    };
    let args = BondWithdrawStartArgs { bond_atoms };
    let plan = Plan::one(
        oracle::bond_withdraw_start(&authority, &operator.service, args),
        format!("{} starts to withdraw {bond_atoms} of bond", short(&authority)),
    );
    if authority != operator.authority {
        return Some(plan);
    }
    let reasons = [(bond_atoms == 0, "nothing is withdrawn"), (bond_atoms > free, "less is free")];
    Some(Plan { expect: expect(&reasons, "free bond is free"), ..plan })
}

fn withdraw(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let operator = operator(setup, pick, |operator| operator.cooling_atoms > 0)?;
    let authority = setup.mostly(operator.authority, pick);
    let instruction = oracle::bond_withdraw(&authority, &operator.service, &quote(setup, &operator)?);
    let plan = Plan::one(instruction, format!("{} withdraws bond", short(&authority)));
    if authority != operator.authority {
        return Some(plan);
    }
    let reasons = [
        (operator.cooling_atoms == 0, "nothing cools"),
        (setup.chain.now() < operator.cooling_until_seconds, "the cooldown runs"),
    ];
    Some(Plan { expect: expect(&reasons, "the cooldown is over"), ..plan })
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let operator = operator(setup, pick, |operator| operator.earned_atoms > 0)?;
    let authority = setup.mostly(operator.authority, pick);
    let instruction = oracle::earnings_claim(&authority, &operator.service, &quote(setup, &operator)?);
    let plan = Plan::one(instruction, format!("{} claims earnings", short(&authority)));
    if authority != operator.authority {
        return Some(plan);
    }
    Some(Plan { expect: expect(&[(operator.earned_atoms == 0, "nothing is earned")], "it is earned"), ..plan })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let is_empty = |operator: &Operator| operator.bond_atoms + operator.cooling_atoms + operator.earned_atoms == 0;
    let operator = operator(setup, pick, is_empty)?;
    let authority = setup.mostly(operator.authority, pick);
    let instruction = oracle::operator_close(&authority, &operator.service);
    let plan = Plan::one(instruction, format!("{} gives up being an operator", short(&authority)));
    if authority != operator.authority {
        return Some(plan);
    }
    Some(Plan { expect: expect(&[(!is_empty(&operator), "something is left")], "nothing is left"), ..plan })
}

fn config_queue(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let mut params = oracle_params();
    params.timelock_seconds = if pick.percent(80) { 86_400 } else { 86_399 };
    params.challenge_window_seconds = 60 + pick.below(600) as u32;
    params.claim_seconds = 60 + pick.below(900) as u32;
    params.bond_multiple_bps = 10_000 + pick.below(20_000) as u32;
    let signer = setup.mostly(setup.oracle_config().admin, pick);
    let instruction = oracle::config_change_queue(&signer, ConfigChangeQueueArgs { params });
    Some(Plan::one(instruction, format!("{} queues oracle parameters", short(&signer))))
}

fn config_apply(_: &Setup, _: &mut Pick) -> Option<Plan> {
    Some(Plan::one(oracle::config_change_apply(), "queued oracle parameters are applied".to_owned()))
}
