//! A request's life: which step is refused in which status, and what a service takes.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::{
    instructions::{RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs},
    state::{INPUT_BYTES_MAX, OUTPUT_BYTES_MAX, Request, RequestStatus, ServiceTerms},
};
use modchains_program_kit::hash::sha256;
use modchains_sdk::{address, instruction::oracle};
use modchains_tests::world::{
    CHALLENGE_SECONDS, FEE_ATOMS, QUOTE, Side, WAIT_SECONDS, World, claim_args, claim_instruction,
    finalize_instruction, post_instruction, quote, request_args, request_instruction, result_args, service_terms,
};
use solana_instruction::Instruction;

pub(super) const SIDE: Side = Side::A;
const CHALLENGE: i64 = CHALLENGE_SECONDS as i64;

pub(super) fn create(args: RequestCreateArgs) -> Instruction {
    request_instruction(&SIDE.person("requester"), &SIDE.model(), args)
}

pub(super) fn expire() -> Instruction {
    oracle::claim_expire(&SIDE.service(), &SIDE.request(1), &SIDE.operator(), &quote().program)
}

pub(super) fn refund() -> Instruction {
    oracle::request_refund(&SIDE.service(), &SIDE.request(1), &SIDE.person("requester"), &quote())
}

pub(super) fn close() -> Instruction {
    oracle::request_close(&SIDE.person("requester"), &SIDE.service(), &SIDE.request(1), &quote())
}

pub(super) fn post(args: ResultPostArgs) -> Instruction {
    oracle::result_post(&SIDE.person("operator"), &quote().mint, &SIDE.request(1), args)
}

/// A world whose request 1 has just got the status.
pub(super) fn in_status(status: RequestStatus) -> World {
    let mut world = World::ready();
    match status {
        RequestStatus::Open => world.request(SIDE, 1),
        RequestStatus::Claimed => {
            world.request(SIDE, 1);
            world.claim(SIDE, 1);
        }
        RequestStatus::Posted => world.answer(SIDE, 1),
        RequestStatus::Finalized => world.serve(SIDE, 1),
        RequestStatus::Refunded => {
            world.request(SIDE, 1);
            world.chain.advance(WAIT_SECONDS.into());
            world.chain.must(&[refund()]);
        }
        // No instruction leads here yet; what a result under challenge looks like is fixed all the same.
        RequestStatus::Disputed | RequestStatus::Overturned => {
            world.answer(SIDE, 1);
            let mut account = world.chain.raw(&SIDE.request(1)).unwrap();
            account.data[8 + core::mem::offset_of!(Request, status)] = status as u8;
            world.chain.svm.set_account(SIDE.request(1), account).unwrap();
        }
    }
    world
}

#[test]
fn every_step_in_every_wrong_status_is_refused() {
    let steps = [
        ("claim", claim_instruction(&in_status(RequestStatus::Open), SIDE, 1)),
        ("expire", expire()),
        ("post", post_instruction(SIDE, 1)),
        ("finalize", finalize_instruction(SIDE, 1)),
        ("refund", refund()),
        ("close", close()),
    ];
    let (not_open, not_claimed) = (Some("RequestNotOpen"), Some("RequestNotClaimed"));
    let (not_posted, not_settled) = (Some("RequestNotPosted"), Some("RequestNotSettled"));
    // No operator is named, so any that is passed is another's.
    let other = Some("ClaimOfOtherOperator");
    // Long after every window is over; `None`: the step is the right one.
    let table = [
        (RequestStatus::Open, [Some("RequestDeadlinePassed"), other, not_claimed, other, None, not_settled]),
        (RequestStatus::Claimed, [not_open, None, Some("ClaimDeadlinePassed"), not_posted, not_open, not_settled]),
        (RequestStatus::Posted, [not_open, not_claimed, not_claimed, None, not_open, not_settled]),
        (RequestStatus::Disputed, [not_open, not_claimed, not_claimed, not_posted, not_open, not_settled]),
        (RequestStatus::Finalized, [not_open, not_claimed, not_claimed, not_posted, not_open, None]),
        (RequestStatus::Overturned, [not_open, not_claimed, not_claimed, not_posted, not_open, None]),
        (RequestStatus::Refunded, [not_open, other, not_claimed, other, not_open, None]),
    ];
    for (status, expected) in table {
        let mut start = in_status(status);
        start.chain.advance(10_000);
        for ((name, step), error) in steps.iter().zip(expected) {
            println!("{status:?}, {name}");
            let mut world = start.clone();
            match error {
                Some(error) => world.must_refuse(std::slice::from_ref(step), error),
                None => {
                    world.chain.must(std::slice::from_ref(step));
                }
            }
        }
    }
}

#[test]
fn a_status_byte_that_names_no_status_is_refused() {
    let mut world = in_status(RequestStatus::Posted);
    let mut account = world.chain.raw(&SIDE.request(1)).unwrap();
    account.data[8 + core::mem::offset_of!(Request, status)] = 7;
    world.chain.svm.set_account(SIDE.request(1), account).unwrap();
    for step in [claim_instruction(&world, SIDE, 1), post_instruction(SIDE, 1), finalize_instruction(SIDE, 1), close()]
    {
        world.must_refuse(&[step], "RequestStatusUnknown");
    }
}

#[test]
fn inputs_and_terms_that_the_service_does_not_take_are_refused() {
    let mut world = World::ready();
    let valid = request_args(1);
    let refused = [
        (RequestCreateArgs { input: Vec::new(), ..valid.clone() }, "InputEmpty"),
        (RequestCreateArgs { input: vec![1; 65], ..valid.clone() }, "InputTooLong"),
        (RequestCreateArgs { input: vec![1; 600], ..valid.clone() }, "InputTooLong"),
        (RequestCreateArgs { fee_max_atoms: FEE_ATOMS - 1, ..valid.clone() }, "FeeAboveLimit"),
        (RequestCreateArgs { fee_max_atoms: 0, ..valid.clone() }, "FeeAboveLimit"),
        (RequestCreateArgs { max_wait_seconds: 9, ..valid.clone() }, "WaitOutOfBounds"),
        (RequestCreateArgs { max_wait_seconds: WAIT_SECONDS + 1, ..valid.clone() }, "WaitOutOfBounds"),
        (RequestCreateArgs { tip_atoms: u64::MAX, ..valid.clone() }, "AmountTooLarge"),
        (RequestCreateArgs { tip_atoms: u64::MAX - FEE_ATOMS, ..valid }, "token: custom program error: 0x1"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[create(args)], error);
    }
    for input in [vec![1], vec![1; 64]] {
        world.clone().chain.must(&[create(RequestCreateArgs { input, ..request_args(1) })]);
    }
}

#[test]
fn the_longest_input_and_output_of_the_program_fit() {
    let [input_bytes, output_bytes] = [INPUT_BYTES_MAX, OUTPUT_BYTES_MAX].map(usize::from);
    let mut world = World::ready();
    let terms =
        ServiceTerms { input_bytes_max: INPUT_BYTES_MAX, output_bytes_max: OUTPUT_BYTES_MAX, ..service_terms() };
    let args = ServiceConfigureArgs { terms, open: true };
    world.chain.must(&[oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)]);
    world.chain.must(&[create(RequestCreateArgs { input: vec![5; input_bytes], ..request_args(1) })]);
    world.claim(SIDE, 1);
    world.must_refuse(&[post(ResultPostArgs { output: vec![6; output_bytes + 1], ..result_args() })], "OutputTooLong");
    world.chain.must(&[post(ResultPostArgs { output: vec![6; output_bytes], ..result_args() })]);
    let account = world.chain.raw(&SIDE.request(1)).unwrap();
    let payload = &account.data[Request::INPUT_OFFSET..];
    assert!(payload[..input_bytes] == vec![5; input_bytes] && payload[input_bytes..] == vec![6; output_bytes]);
}

#[test]
fn a_number_is_used_once_while_its_request_exists() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    world.must_refuse(&[create(request_args(1))], "system: custom program error: 0x0");
    world.request(SIDE, 2);
}

#[test]
fn a_closed_service_takes_no_requests_and_serves_those_it_has() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    let args = ServiceConfigureArgs { terms: service_terms(), open: false };
    world.chain.must(&[oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)]);
    world.must_refuse(&[create(request_args(2))], "ServiceClosed");
    world.claim(SIDE, 1);
    world.chain.must(&[post_instruction(SIDE, 1)]);
    world.chain.advance(CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
}

#[test]
fn outputs_out_of_bounds_or_of_another_class_are_refused() {
    let mut world = in_status(RequestStatus::Claimed);
    let refused = [
        (ResultPostArgs { output: Vec::new(), ..result_args() }, "OutputEmpty"),
        (ResultPostArgs { output: vec![1; 65], ..result_args() }, "OutputTooLong"),
        (ResultPostArgs { numeric_class: 1, ..result_args() }, "NumericClassMismatch"),
        (ResultPostArgs { numeric_class: u8::MAX, ..result_args() }, "NumericClassMismatch"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[post(args)], error);
    }
    world.chain.must(&[post(ResultPostArgs { output: vec![1; 64], ..result_args() })]);
    world.must_refuse(&[post(result_args())], "RequestNotClaimed");
}

#[test]
fn input_and_output_are_hashed_with_the_salt_of_the_request() {
    let mut world = in_status(RequestStatus::Posted);
    let (request, args) = (world.request_state(SIDE, 1), request_args(1));
    assert_eq!(request.input_hash, sha256(&[&args.salt, &args.input]));
    assert_eq!(request.output_hash, sha256(&[&args.salt, &result_args().output]));
    let account = world.chain.raw(&SIDE.request(1)).unwrap();
    let (input, rest) = account.data[Request::INPUT_OFFSET..].split_at(args.input.len());
    assert!(input == args.input && rest[..41] == result_args().output[..] && rest[41..].iter().all(|byte| *byte == 0));
    world.chain.advance(CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    assert_eq!(
        world.chain.raw(&SIDE.request(1)).unwrap().data[Request::INPUT_OFFSET..],
        account.data[Request::INPUT_OFFSET..]
    );
}

#[test]
fn only_the_operator_that_claimed_answers() {
    let mut world = in_status(RequestStatus::Claimed);
    let other = SIDE.person("trader");
    let args = modchains_oracle::instructions::OperatorRegisterArgs { bond_atoms: 10 * QUOTE };
    world.chain.must(&[oracle::operator_register(&other, &quote(), args)]);
    let by_other = |signer: &Pubkey| oracle::result_post(signer, &quote().mint, &SIDE.request(1), result_args());
    world.must_refuse(&[by_other(&other)], "ClaimOfOtherOperator");
    let mut borrowed = by_other(&other);
    borrowed.accounts[1].pubkey = SIDE.operator();
    world.must_refuse(&[borrowed], "NotOperatorAuthority");
    let args = claim_args(&world, SIDE, 1);
    let claim = oracle::request_claim(&other, &quote().mint, &SIDE.service(), &SIDE.request(1), args);
    world.must_refuse(&[claim], "RequestNotOpen");
}

#[test]
fn a_claim_never_falls_on_a_request_that_was_created_at_the_address_later() {
    let mut world = in_status(RequestStatus::Open);
    let stale = claim_instruction(&world, SIDE, 1);
    world.chain.advance(WAIT_SECONDS.into());
    let harsher = modchains_oracle::instructions::RequestCreateArgs { value_at_risk_atoms: QUOTE, ..request_args(1) };
    let requester = SIDE.person("requester");
    world.chain.must(&[refund(), close(), request_instruction(&requester, &SIDE.model(), harsher)]);
    world.must_refuse(&[stale], "RequestReplaced");
    world.claim(SIDE, 1);
}

#[test]
fn distinct_requests_never_share_an_address() {
    let service = SIDE.service();
    let mut seen = std::collections::BTreeSet::new();
    for requester in ["requester", "trader", "staker"].map(|role| SIDE.person(role)) {
        for nonce in [0, 1, 2, 255, 256, 65_536, u64::MAX] {
            assert!(seen.insert(address::oracle::request(&service, &requester, nonce).0));
        }
    }
}
