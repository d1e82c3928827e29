//! Requests from creation to the end, and the fees of services.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::{USE_CONTENT, USE_PERSONAL};
use modchains_oracle::{
    instructions::{RequestClaimArgs, ResultPostArgs},
    state::{Request, RequestStatus, Service},
};
use modchains_sdk::{
    address,
    instruction::oracle::{self, LicenceProof},
};
use modchains_tests::fixture::request_args;

use super::action::{Action, Expect, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "request_create", weight: 55, build: create },
    Action { name: "request_answered", weight: 25, build: answered },
    Action { name: "request_claim", weight: 60, build: claim },
    Action { name: "result_post", weight: 60, build: post },
    Action { name: "result_finalize", weight: 40, build: finalize },
    Action { name: "claim_expire", weight: 20, build: expire },
    Action { name: "request_refund", weight: 20, build: refund },
    Action { name: "request_close", weight: 30, build: close },
    Action { name: "oracle_fees_distribute", weight: 12, build: distribute },
    Action { name: "market_fees_distribute", weight: 12, build: market_distribute },
    Action { name: "oracle_fees_claim", weight: 8, build: fees_claim },
    Action { name: "licence_use_close", weight: 2, build: counter_close },
];

/// Requests that may be alive at a time; more would only slow the search.
const REQUESTS_MAX: usize = 24;

fn create(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    if setup.ledger.requests.len() >= REQUESTS_MAX {
        return None;
    }
    let services: Vec<_> = setup.ledger.services.values().collect();
    let service = pick.one(&services)?;
    let quote = setup.quote(&service.quote_mint);
    let requester = setup.anybody(pick);
    let mut args = request_args(pick.below(1 << 40));
    args.terms_counter = service.terms_counter.wrapping_sub(u32::from(pick.percent(2)));
    args.fee_max_atoms = match pick.below(20) {
        0 => service.fee_atoms.saturating_sub(1),
        1 => u64::MAX,
        _ => service.fee_atoms.saturating_add(1_000_000_000_000),
    };
    args.content_fee_max_atoms = if pick.percent(95) { u64::MAX } else { pick.magnitude(1_000_000) };
    args.tip_atoms = if pick.percent(95) { pick.magnitude(1_000_000) - 1 } else { pick.amount(u64::MAX) };
    args.value_at_risk_atoms = if pick.percent(90) { 0 } else { pick.amount(100_000_000) };
    args.max_wait_seconds = 9 + pick.below(7_193) as u32;
    args.uses = match pick.below(10) {
        0 => pick.below(40) as u16,
        1..=4 => USE_PERSONAL,
        _ => USE_CONTENT,
    };
    args.input = vec![7; 1 + pick.below(65) as usize];
    let proof = proof(setup, &service.model, &requester, pick)?;
    let what = format!("{} asks for an answer from {}", short(&requester), short(&service.model));
    let content_fee_atoms = setup.ledger.models.get(&service.model)?.content_fee_atoms;
    let mints = args.uses & USE_CONTENT != 0;
    let reasons = [
        (args.terms_counter != service.terms_counter, "the terms have changed"),
        (mints && args.content_fee_max_atoms < content_fee_atoms, "a token of the result would cost more"),
    ];
    let expect = if reasons.iter().any(|(holds, _)| *holds) { expect(&reasons, "") } else { Expect::Either };
    let instruction = oracle::request_create(&requester, &service.model, &quote, proof, args);
    Some(Plan { expect, ..Plan::one(instruction, what) })
}

/// A request, its claim and its result in one transaction.
fn answered(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let mut plan = create(setup, pick)?;
    let created = plan.instructions.first()?;
    let address = created.accounts.get(4)?.pubkey;
    let service_address = created.accounts.get(2)?.pubkey;
    let operators: Vec<_> =
        setup.ledger.operators.values().filter(|operator| operator.service == service_address).collect();
    let authority = pick.one(&operators)?.authority;
    let created_at_seconds = setup.chain.now();
    let args = RequestClaimArgs { created_at_seconds, land_until_seconds: i64::MAX };
    let output = vec![9; 1 + pick.below(64) as usize];
    let result = ResultPostArgs { created_at_seconds, numeric_class: 0, trace_root: [0; 32], output };
    plan.instructions.extend([
        oracle::request_claim(&authority, &service_address, &address, args),
        oracle::result_post(&authority, &service_address, &address, result),
    ]);
    plan.what.push_str(", which comes at once");
    Some(plan)
}

/// Whether the requester must show its counter; now and then something else.
fn proof(setup: &Setup, model: &Pubkey, requester: &Pubkey, pick: &mut Pick) -> Option<LicenceProof> {
    let granted = setup.ledger.licences.get(&address::exchange::licence(model, requester));
    let rate_max = granted.map_or(setup.ledger.models.get(model)?.licence_rate_max, |licence| licence.rate_max);
    Some(LicenceProof { is_counted: rate_max > 0 || pick.percent(3) })
}

/// A request that fits, or now and then any, with its service.
fn request(setup: &Setup, pick: &mut Pick, fits: impl Fn(&Request) -> bool) -> Option<(Pubkey, Request, Service)> {
    let careless = pick.percent(4);
    let requests: Vec<_> = setup.ledger.requests.iter().filter(|(_, request)| careless || fits(request)).collect();
    let (address, request) = pick.one(&requests)?;
    Some((**address, **request, *setup.ledger.services.get(&request.service)?))
}

fn has(request: &Request, status: RequestStatus) -> bool {
    request.status == status as u8
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let is_open = |request: &Request| has(request, RequestStatus::Open) && now < request.deadline_seconds;
    let (address, request, _) = request(setup, pick, is_open)?;
    let operators: Vec<_> =
        setup.ledger.operators.values().filter(|operator| operator.service == request.service).collect();
    let operator = **pick.one(&operators)?;
    let created_at_seconds = request.created_at_seconds + i64::from(pick.percent(2));
    let land_until_seconds = now + i64::from(!pick.percent(3));
    let args = RequestClaimArgs { created_at_seconds, land_until_seconds };
    let instruction = oracle::request_claim(&operator.authority, &request.service, &address, args);
    let reasons = [
        (!has(&request, RequestStatus::Open), "the request is not open"),
        (now >= request.deadline_seconds, "the request's deadline has passed"),
        (created_at_seconds != request.created_at_seconds, "another request is meant"),
        (now >= land_until_seconds, "it comes too late for the operator"),
        (operator.bond_atoms - operator.locked_atoms < request.result_bond_atoms, "too little bond is free"),
    ];
    let what = format!("{} claims a request", short(&operator.authority));
    Some(Plan { expect: expect(&reasons, "it is open"), ..Plan::one(instruction, what) })
}

fn post(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let is_claimed = |request: &Request| has(request, RequestStatus::Claimed) && now < request.claim_deadline_seconds;
    let (address, request, _) = request(setup, pick, is_claimed)?;
    let authority = match setup.ledger.operators.get(&request.operator) {
        Some(operator) => setup.mostly(operator.authority, pick),
        None => setup.anybody(pick),
    };
    let output = vec![9; 1 + pick.below(65) as usize];
    let created_at_seconds = request.created_at_seconds - i64::from(pick.percent(2));
    let numeric_class = u8::from(pick.percent(2));
    let args = ResultPostArgs { created_at_seconds, numeric_class, trace_root: [0; 32], output };
    let instruction = oracle::result_post(&authority, &request.service, &address, args);
    let what = format!("{} posts a result", short(&authority));
    let reasons = [
        (now >= request.claim_deadline_seconds, "the claim has lapsed"),
        (created_at_seconds != request.created_at_seconds, "another request is meant"),
    ];
    let expect = if reasons.iter().any(|(applies, _)| *applies) { expect(&reasons, "") } else { Expect::Either };
    Some(Plan { expect, ..Plan::one(instruction, what) })
}

fn finalize(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let is_due = |request: &Request| has(request, RequestStatus::Posted) && now >= request.challenge_until_seconds;
    let (address, request, service) = request(setup, pick, is_due)?;
    let instruction = oracle::result_finalize(&service.model, &address, &request.operator);
    let reasons = [
        (!has(&request, RequestStatus::Posted), "there is no result"),
        (now < request.challenge_until_seconds, "the challenge window is open"),
    ];
    let what = "a result is finalized".to_owned();
    Some(Plan { expect: expect(&reasons, "the window is over"), ..Plan::one(instruction, what) })
}

fn expire(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let is_late = |request: &Request| has(request, RequestStatus::Claimed) && now >= request.claim_deadline_seconds;
    let (address, request, _) = request(setup, pick, is_late)?;
    let instruction = oracle::claim_expire(&request.service, &address, &request.operator);
    let reasons = [
        (!has(&request, RequestStatus::Claimed), "the request is not claimed"),
        (now < request.claim_deadline_seconds, "the claim is still good"),
    ];
    let what = "a late claim is taken away".to_owned();
    Some(Plan { expect: expect(&reasons, "the claim has lapsed"), ..Plan::one(instruction, what) })
}

fn refund(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let is_over = |request: &Request| has(request, RequestStatus::Open) && now >= request.deadline_seconds;
    let (address, request, service) = request(setup, pick, is_over)?;
    let quote = setup.quote(&service.quote_mint);
    let requester = setup.mostly(request.requester, pick);
    let instruction = oracle::request_refund(&request.service, &address, &requester, &quote);
    let reasons = [
        (!has(&request, RequestStatus::Open), "the request is not open"),
        (now < request.deadline_seconds, "the deadline is ahead"),
        (requester != request.requester, "it is somebody else's money"),
    ];
    let what = format!("{} gets a refund", short(&requester));
    Some(Plan { expect: expect(&reasons, "the deadline has passed"), ..Plan::one(instruction, what) })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let is_settled =
        |request: &Request| has(request, RequestStatus::Finalized) || has(request, RequestStatus::Refunded);
    let (address, request, service) = request(setup, pick, is_settled)?;
    let requester = setup.mostly(request.requester, pick);
    let quote = setup.quote(&service.quote_mint);
    let instruction = oracle::request_close(&requester, &request.service, &address, &quote);
    let reasons = [
        (!is_settled(&request), "the request is not settled"),
        (requester != request.requester, "it is somebody else's request"),
    ];
    let what = format!("{} closes a request", short(&requester));
    Some(Plan { expect: expect(&reasons, "it is settled"), ..Plan::one(instruction, what) })
}

fn distribute(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(5);
    let is_due = |service: &&Service| careless || service.accrued_vault_atoms > 0;
    let service = **pick.one(&setup.ledger.services.values().filter(is_due).collect::<Vec<_>>())?;
    let instruction = oracle::fees_distribute(&service.model, &setup.quote(&service.quote_mint));
    Some(Plan::one(instruction, format!("the stakers' usage fees of {} move on", short(&service.model))))
}

fn market_distribute(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(5);
    let is_due =
        |service: &&Service| careless || service.accrued_reserve_atoms > 0 || service.accrued_creator_atoms > 0;
    let service = **pick.one(&setup.ledger.services.values().filter(is_due).collect::<Vec<_>>())?;
    let instruction = oracle::market_fees_distribute(&service.model, &setup.quote(&service.quote_mint));
    Some(Plan::one(instruction, format!("the market's usage fees of {} move on", short(&service.model))))
}

fn fees_claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(5);
    let services = setup.ledger.services.values().filter(|service| careless || service.accrued_protocol_atoms > 0);
    let service = **pick.one(&services.collect::<Vec<_>>())?;
    let treasury = setup.oracle_config().treasury;
    let owner = setup.mostly(treasury, pick);
    let instruction = oracle::fees_claim(&service.model, &setup.quote(&service.quote_mint), &owner);
    let reasons = [
        (service.accrued_protocol_atoms == 0, "nothing accrued"),
        (owner != treasury, "the treasury is somebody else"),
    ];
    let what = format!("{} is paid a service's protocol fees", short(&owner));
    Some(Plan { expect: expect(&reasons, "it is due"), ..Plan::one(instruction, what) })
}

fn counter_close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let counter = **pick.one(&setup.ledger.licence_uses.values().collect::<Vec<_>>())?;
    let requester = setup.mostly(counter.requester, pick);
    let what = format!("{} closes its counter of {}", short(&requester), short(&counter.model));
    Some(Plan::one(oracle::licence_use_close(&requester, &counter.model), what))
}
