//! A request's life: which step is refused in which status, and what a service takes.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::{
    instructions::{RequestClaimArgs, RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs},
    state::{INPUT_BYTES_MAX, OUTPUT_BYTES_MAX, Request, RequestStatus, ServiceTerms},
};
use modchains_program_kit::hash::sha256;
use modchains_sdk::{
    address,
    instruction::{Payee, oracle},
};
use modchains_tests::{
    chain::key,
    world::{
        CHALLENGE_SECONDS, FEE_ATOMS, FIRST_TERMS, PURSE_ATOMS, QUOTE, Side, WAIT_SECONDS, World, claim_args,
        claim_instruction, finalize_instruction, post_instruction, quote, request_args, request_instruction,
        result_args, service_terms,
    },
};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

pub(super) const SIDE: Side = Side::A;
const CHALLENGE: i64 = CHALLENGE_SECONDS as i64;

pub(super) fn create(args: RequestCreateArgs) -> Instruction {
    request_instruction(&SIDE.person("requester"), &SIDE.model(), args)
}

pub(super) fn expire() -> Instruction {
    oracle::claim_expire(&SIDE.service(), &SIDE.request(1), &SIDE.operator())
}

pub(super) fn refund() -> Instruction {
    oracle::request_refund(&SIDE.service(), &SIDE.request(1), &SIDE.person("requester"), &quote())
}

pub(super) fn close() -> Instruction {
    oracle::request_close(&SIDE.person("requester"), &SIDE.service(), &SIDE.request(1), &quote())
}

pub(super) fn post(args: ResultPostArgs) -> Instruction {
    oracle::result_post(&SIDE.person("operator"), &SIDE.service(), &SIDE.request(1), args)
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
    let open = in_status(RequestStatus::Open);
    let steps = [
        ("claim", claim_instruction(&open, SIDE, 1)),
        ("expire", expire()),
        ("post", post_instruction(&open, SIDE, 1)),
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
    for step in
        [claim_instruction(&world, SIDE, 1), post_instruction(&world, SIDE, 1), finalize_instruction(SIDE, 1), close()]
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
        (RequestCreateArgs { input: vec![1; 599], ..valid.clone() }, "InputTooLong"),
        (RequestCreateArgs { fee_max_atoms: FEE_ATOMS - 1, ..valid.clone() }, "FeeAboveLimit"),
        (RequestCreateArgs { fee_max_atoms: 0, ..valid.clone() }, "FeeAboveLimit"),
        (RequestCreateArgs { max_wait_seconds: 9, ..valid.clone() }, "WaitOutOfBounds"),
        (RequestCreateArgs { max_wait_seconds: WAIT_SECONDS + 1, ..valid.clone() }, "WaitOutOfBounds"),
        (RequestCreateArgs { tip_atoms: u64::MAX, ..valid.clone() }, "AmountTooLarge"),
        (RequestCreateArgs { tip_atoms: u64::MAX - FEE_ATOMS, ..valid.clone() }, "AmountTooLarge"),
        (RequestCreateArgs { tip_atoms: PURSE_ATOMS, ..valid }, "token: custom program error: 0x1"),
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
    world.chain.must(&[create(RequestCreateArgs {
        terms_counter: FIRST_TERMS + 1,
        input: vec![5; input_bytes],
        ..request_args(1)
    })]);
    world.claim(SIDE, 1);
    let answer = result_args(&world, SIDE, 1);
    let result = |bytes| ResultPostArgs { output: vec![6; bytes], ..answer };
    world.must_refuse(&[post(result(output_bytes + 1))], "OutputTooLong");
    world.chain.must(&[post(result(output_bytes))]);
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
    let seen = RequestCreateArgs { terms_counter: FIRST_TERMS + 1, ..request_args(2) };
    world.must_refuse(&[create(seen)], "ServiceClosed");
    world.claim(SIDE, 1);
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
    world.chain.advance(CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
}

#[test]
fn outputs_out_of_bounds_or_of_another_class_are_refused() {
    let mut world = in_status(RequestStatus::Claimed);
    let answer = result_args(&world, SIDE, 1);
    let refused = [
        (ResultPostArgs { output: Vec::new(), ..answer.clone() }, "OutputEmpty"),
        (ResultPostArgs { output: vec![1; 65], ..answer.clone() }, "OutputTooLong"),
        (ResultPostArgs { numeric_class: 1, ..answer.clone() }, "NumericClassMismatch"),
        (ResultPostArgs { numeric_class: u8::MAX, ..answer.clone() }, "NumericClassMismatch"),
        (ResultPostArgs { created_at_seconds: answer.created_at_seconds - 1, ..answer.clone() }, "RequestReplaced"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[post(args)], error);
    }
    world.chain.must(&[post(ResultPostArgs { output: vec![1; 64], ..answer.clone() })]);
    world.must_refuse(&[post(answer)], "RequestNotClaimed");
}

#[test]
fn input_and_output_are_hashed_with_the_salt_of_the_request() {
    let mut world = in_status(RequestStatus::Posted);
    let (request, args) = (world.request_state(SIDE, 1), request_args(1));
    assert_eq!(request.input_hash, sha256(&[&args.salt, &args.input]));
    let answer = result_args(&world, SIDE, 1).output;
    assert_eq!(request.output_hash, sha256(&[&args.salt, &answer]));
    let account = world.chain.raw(&SIDE.request(1)).unwrap();
    let (input, rest) = account.data[Request::INPUT_OFFSET..].split_at(args.input.len());
    assert!(input == args.input && rest[..41] == answer[..] && rest[41..].iter().all(|byte| *byte == 0));
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
    let args =
        modchains_oracle::instructions::OperatorRegisterArgs { bond_atoms: 10 * QUOTE, cooldown_max_seconds: u32::MAX };
    world.chain.must(&[oracle::operator_register(&other, &SIDE.service(), &quote(), args)]);
    let answer = result_args(&world, SIDE, 1);
    let by_other = |signer: &Pubkey| oracle::result_post(signer, &SIDE.service(), &SIDE.request(1), answer.clone());
    world.must_refuse(&[by_other(&other)], "ClaimOfOtherOperator");
    let mut borrowed = by_other(&other);
    borrowed.accounts[1].pubkey = SIDE.operator();
    world.must_refuse(&[borrowed], "NotOperatorAuthority");
    let args = claim_args(&world, SIDE, 1);
    let claim = oracle::request_claim(&other, &SIDE.service(), &SIDE.request(1), args);
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
fn a_result_never_falls_on_a_request_that_was_created_at_the_address_later() {
    let mut world = in_status(RequestStatus::Claimed);
    let stale = post_instruction(&world, SIDE, 1);
    world.chain.advance(WAIT_SECONDS.into());
    let requester = SIDE.person("requester");
    world.chain.must(&[expire(), refund(), close(), create(request_args(1))]);
    world.claim(SIDE, 1);
    world.must_refuse(&[stale], "RequestReplaced");
    assert_eq!(world.request_state(SIDE, 1).requester, requester);
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
}

#[test]
fn a_claim_that_lands_too_late_to_be_kept_is_no_claim() {
    let mut world = in_status(RequestStatus::Open);
    let (now, bond) = (world.chain.now(), world.operator(SIDE).bond_atoms);
    // The operator wants ten seconds for its answer.
    let land_until_seconds = world.request_state(SIDE, 1).deadline_seconds - 10;
    let args = RequestClaimArgs { land_until_seconds, ..claim_args(&world, SIDE, 1) };
    let claim = oracle::request_claim(&SIDE.person("operator"), &SIDE.service(), &SIDE.request(1), args);
    for late in [land_until_seconds, land_until_seconds + 1, land_until_seconds + 9] {
        world.chain.set_time(late);
        world.must_refuse(std::slice::from_ref(&claim), "ClaimLandedLate");
    }
    for early in [now, land_until_seconds - 1] {
        let mut world = world.clone();
        world.chain.set_time(early);
        world.must_change(std::slice::from_ref(&claim), &[("request", SIDE.request(1)), ("operator", SIDE.operator())]);
        assert_eq!(world.operator(SIDE).bond_atoms, bond);
    }
}

#[test]
fn a_request_is_made_on_the_terms_that_its_requester_saw_or_not_at_all() {
    let mut world = World::ready();
    let creator = SIDE.person("creator");
    let changes: [fn(ServiceTerms) -> ServiceTerms; 4] = [
        |terms| terms,
        |terms| ServiceTerms { fee_atoms: terms.fee_atoms - 1, ..terms },
        |terms| ServiceTerms { output_bytes_max: 63, ..terms },
        |terms| ServiceTerms { max_wait_min_seconds: 11, ..terms },
    ];
    for change in changes {
        let seen = world.service(SIDE).terms_counter;
        let ask = create(RequestCreateArgs { terms_counter: seen, ..request_args(1) });
        world.clone().chain.must(std::slice::from_ref(&ask));
        let args = ServiceConfigureArgs { terms: change(service_terms()), open: true };
        let configure = oracle::service_configure(&creator, &SIDE.model(), 1, args);
        // Also when the creator's change comes right before, in the same block.
        world.must_refuse(&[configure.clone(), ask.clone()], "ServiceTermsChanged");
        world.chain.must(&[configure]);
        world.must_refuse(&[ask], "ServiceTermsChanged");
    }
    world.must_refuse(
        &[create(RequestCreateArgs { terms_counter: FIRST_TERMS + 5, ..request_args(1) })],
        "ServiceTermsChanged",
    );
    world.chain.must(&[create(RequestCreateArgs { terms_counter: FIRST_TERMS + 4, ..request_args(1) })]);
}

#[test]
fn a_refund_goes_where_the_requester_says_and_nowhere_else() {
    let mut world = in_status(RequestStatus::Open);
    world.chain.advance(WAIT_SECONDS.into());
    let (requester, quote, chosen) = (SIDE.person("requester"), quote(), key("chosen account").pubkey());
    world.chain.put_tokens(chosen, quote.program, quote.mint, requester, 0);
    let payee = Payee::signing(&requester, &chosen);
    let to_chosen = oracle::request_refund(&SIDE.service(), &SIDE.request(1), payee, &quote);
    let mut by_stranger = to_chosen.clone();
    by_stranger.accounts[0] = AccountMeta::new_readonly(SIDE.person("trader"), true);
    world.must_refuse(&[by_stranger], "NotRequester");
    let mut by_nobody = to_chosen.clone();
    by_nobody.accounts[0] = refund().accounts[0].clone();
    world.must_refuse(&[by_nobody], "AccountNotAssociatedTokenAccount");
    let price = world.service(SIDE).escrowed_atoms;
    let before = world.quote_atoms(SIDE, "requester");
    let mut signed = world.clone();
    signed.chain.must(&[to_chosen]);
    assert_eq!(signed.chain.token_atoms(&chosen), price);
    world.chain.must(&[refund()]);
    assert_eq!(world.quote_atoms(SIDE, "requester"), before + price);
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
