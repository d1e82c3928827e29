//! Models do not get in each other's way: what one model's instructions write, no other model's instructions touch,
//! so that the runtime can run them at the same time.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::{
        exchange::{self, TradeRoute},
        oracle, vault,
    },
};
use modchains_tests::{
    idl::Program,
    scenario,
    world::{
        QUOTE, Side, World, claim_args, exact_in, fresh_terms, quote, request_args, request_instruction, result_args,
        revenue_mints, stake_args,
    },
};
use solana_instruction::Instruction;

/// What happens often: trades, requests and results, stakes and claims, syncs and rolls, contents.
const HOT: [(Program, &str); 29] = [
    (Program::Exchange, "market_buy"),
    (Program::Exchange, "market_sell"),
    (Program::Exchange, "market_sync"),
    (Program::Exchange, "market_deposit"),
    (Program::Exchange, "fees_distribute"),
    (Program::Exchange, "referral_claim"),
    (Program::Exchange, "contributors_apply"),
    (Program::Exchange, "content_mint"),
    (Program::Vault, "stake"),
    (Program::Vault, "unstake"),
    (Program::Vault, "unstake_withdraw"),
    (Program::Vault, "revenue_deposit"),
    (Program::Vault, "revenue_claim"),
    (Program::Vault, "proposal_vote"),
    (Program::Vault, "grant_claim"),
    (Program::Oracle, "request_create"),
    (Program::Oracle, "request_claim"),
    (Program::Oracle, "claim_expire"),
    (Program::Oracle, "result_post"),
    (Program::Oracle, "result_finalize"),
    (Program::Oracle, "request_refund"),
    (Program::Oracle, "request_close"),
    (Program::Oracle, "usage_roll"),
    (Program::Oracle, "fees_distribute"),
    (Program::Oracle, "market_fees_distribute"),
    (Program::Oracle, "bond_deposit"),
    (Program::Oracle, "bond_withdraw_start"),
    (Program::Oracle, "bond_withdraw"),
    (Program::Oracle, "earnings_claim"),
];

fn writable(instruction: &Instruction) -> BTreeSet<Pubkey> {
    instruction.accounts.iter().filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect()
}

#[test]
fn no_hot_instruction_of_one_model_writes_what_one_of_another_model_touches() {
    let mut of_a = BTreeMap::new();
    let mut of_b = BTreeMap::new();
    for scenario in scenario::all() {
        let place = (scenario.program.name(), scenario.name);
        if HOT.iter().any(|(program, name)| (program.name(), *name) == place) {
            of_a.insert(place, scenario.instruction);
            of_b.insert(place, scenario.sibling);
        }
    }
    assert_eq!(of_a.len(), HOT.len(), "every hot instruction has a scenario");
    for (name_a, a) in &of_a {
        let written = writable(a);
        assert!(!written.is_empty(), "{name_a:?} writes something");
        for (name_b, b) in &of_b {
            let shared: Vec<_> = b.accounts.iter().filter(|meta| written.contains(&meta.pubkey)).collect();
            assert!(shared.is_empty(), "{name_a:?} of one model writes what {name_b:?} of another takes: {shared:?}");
        }
    }
}

/// Every hot instruction in which a person takes part, by the same people for either model.
fn by_the_same_people(side: Side) -> Vec<Instruction> {
    let world = World::ready();
    let person = |role: &str| Side::A.person(role);
    let (trader, staker, requester, operator) =
        (person("trader"), person("staker"), person("requester"), person("operator"));
    let (model, service) = (side.model(), side.service());
    let terms = fresh_terms(&world.chain);
    let (request, _) = address::oracle::request(&service, &requester, 1);
    let (trade, route) = (exact_in(QUOTE, 0, terms), TradeRoute::default());
    vec![
        exchange::market_buy(&trader, &model, &quote(), trade, route),
        exchange::market_sell(&trader, &model, &quote(), trade, route),
        vault::stake(&staker, &model, revenue_mints(), stake_args(1)),
        vault::revenue_claim(&staker, &model, &quote(), vault::PoolPlace::First),
        request_instruction(&requester, &model, request_args(1)),
        oracle::request_claim(&operator, &service, &request, claim_args(&world, side, 1)),
        oracle::result_post(&operator, &service, &request, result_args(&world, side, 1)),
        oracle::result_finalize(&model, &request, &address::oracle::operator(&service, &operator)),
        oracle::earnings_claim(&operator, &service, &quote()),
        oracle::bond_withdraw(&operator, &service, &quote()),
        oracle::request_refund(&service, &request, &requester, &quote()),
        oracle::request_close(&requester, &service, &request, &quote()),
    ]
}

#[test]
fn the_same_party_at_two_models_shares_only_accounts_of_its_own() {
    let own: BTreeSet<Pubkey> = ["trader", "staker", "requester", "operator"]
        .into_iter()
        .flat_map(|role| [Side::A.person(role), Side::A.quote_account(role)])
        .collect();
    for (a, b) in by_the_same_people(Side::A).iter().zip(by_the_same_people(Side::B)) {
        let shared: BTreeSet<Pubkey> = writable(a).intersection(&writable(&b)).copied().collect();
        assert!(shared.is_subset(&own), "written at both models and nobody's own: {shared:?}");
    }
}
