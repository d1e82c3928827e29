use bytemuck::Zeroable;
use modchains_core::licence::{USE_COMMERCIAL, USE_PERSONAL, USE_RESEARCH};

use super::*;
use crate::{state::service::tests::service, test_support::refusal};

const CREATED: i64 = 1_000_000;
const DEADLINE: i64 = CREATED + 100;
const OPERATOR: Pubkey = Pubkey::new_from_array([7; 32]);
const STRANGER: Pubkey = Pubkey::new_from_array([8; 32]);
const REQUESTER: Pubkey = Pubkey::new_from_array([9; 32]);

/// Everything is allowed to everybody, for the service's fee.
const LICENCE: LicenceTerms =
    LicenceTerms { uses: USE_PERSONAL | USE_RESEARCH, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };

const TERMS: RequestTerms = RequestTerms {
    nonce: 5,
    fee_max_atoms: 1_000,
    tip_atoms: 50,
    value_at_risk_atoms: 0,
    max_wait_seconds: 100,
    uses: USE_RESEARCH,
    salt: [3; 16],
    input_hash: [4; 32],
    input_bytes: 64,
    content_fee_atoms: 70,
    bump: 255,
};

fn try_open(service: &Service, licence: &LicenceTerms, terms: &RequestTerms) -> Result<Request> {
    Request::open(STRANGER, service, licence, REQUESTER, terms, CREATED)
}

fn open() -> Request {
    try_open(&service(), &LICENCE, &TERMS).unwrap()
}

fn with_status(status: RequestStatus) -> Request {
    let mut request = open();
    request.status = status as u8;
    if !matches!(status, RequestStatus::Open | RequestStatus::Refunded) {
        request.operator = OPERATOR;
        request.claim_deadline_seconds = CREATED + 30;
    }
    request
}

const ALL: [RequestStatus; 7] = [
    RequestStatus::Open,
    RequestStatus::Claimed,
    RequestStatus::Posted,
    RequestStatus::Disputed,
    RequestStatus::Finalized,
    RequestStatus::Overturned,
    RequestStatus::Refunded,
];

/// Applies `act` to a request in every status but `allowed` and asserts that each refuses with `error`, unchanged.
fn refused_unless(allowed: &[RequestStatus], error: OracleError, act: impl Fn(&mut Request) -> Result<()>) {
    for status in ALL.into_iter().filter(|status| !allowed.contains(status)) {
        let mut request = with_status(status);
        assert_eq!(refusal(act(&mut request)), error, "{status:?}");
        assert_eq!(bytemuck::bytes_of(&request), bytemuck::bytes_of(&with_status(status)), "{status:?}");
    }
}

#[test]
fn the_input_follows_424_fixed_bytes() {
    assert_eq!(Request::INPUT_OFFSET, 424);
    assert_eq!(open().account_bytes(), 424 + 64 + 32);
}

#[test]
fn status_codes_round_trip_and_unknown_ones_are_refused() {
    for status in ALL {
        assert_eq!(RequestStatus::try_from(status as u8), Ok(status));
    }
    assert_eq!(RequestStatus::try_from(7), Err(OracleError::RequestStatusUnknown));
}

#[test]
fn only_an_open_request_can_be_claimed() {
    refused_unless(&[RequestStatus::Open], OracleError::RequestNotOpen, |request| {
        request.claim(OPERATOR, CREATED, CREATED)
    });
}

#[test]
fn only_a_claimed_request_can_lapse_or_take_a_result() {
    let claimed = [RequestStatus::Claimed];
    refused_unless(&claimed, OracleError::RequestNotClaimed, |request| request.expire_claim(i64::MAX).map(drop));
    refused_unless(&claimed, OracleError::RequestNotClaimed, |request| {
        request.require_postable(&OPERATOR, request.numeric_class, 1, CREATED)
    });
}

#[test]
fn only_a_posted_result_can_become_final() {
    refused_unless(&[RequestStatus::Posted], OracleError::RequestNotPosted, |request| request.finalize(i64::MAX));
}

#[test]
fn only_an_open_request_can_be_refunded() {
    let open = [RequestStatus::Open];
    refused_unless(&open, OracleError::RequestNotOpen, |request| request.refund(i64::MAX).map(drop));
}

#[test]
fn only_a_settled_request_can_be_closed() {
    let settled = [RequestStatus::Finalized, RequestStatus::Overturned, RequestStatus::Refunded];
    refused_unless(&settled, OracleError::RequestNotSettled, |request| request.take_due().map(drop));
}

#[test]
fn an_unknown_status_allows_nothing() {
    let mut request = open();
    request.status = 7;
    assert_eq!(refusal(request.claim(OPERATOR, CREATED, CREATED)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.refund(i64::MAX).map(drop)), OracleError::RequestStatusUnknown);
}

type Spoil = fn(&mut Service, &mut RequestTerms);

#[test]
fn the_service_decides_what_it_takes() {
    let refusals: [(Spoil, OracleError); 7] = [
        (|service, _| service.open = 0, OracleError::ServiceClosed),
        (|service, terms| terms.fee_max_atoms = service.fee_atoms - 1, OracleError::FeeAboveLimit),
        (|service, terms| terms.max_wait_seconds = service.max_wait_min_seconds - 1, OracleError::WaitOutOfBounds),
        (|service, terms| terms.max_wait_seconds = service.max_wait_max_seconds + 1, OracleError::WaitOutOfBounds),
        (|_, terms| terms.input_bytes = 0, OracleError::InputEmpty),
        (|service, terms| terms.input_bytes = usize::from(service.input_bytes_max) + 1, OracleError::InputTooLong),
        (|service, terms| (service.fee_atoms, terms.fee_max_atoms) = (u64::MAX, u64::MAX), OracleError::AmountTooLarge),
    ];
    for (spoil, error) in refusals {
        let (mut service, mut terms) = (service(), TERMS);
        spoil(&mut service, &mut terms);
        assert_eq!(refusal(try_open(&service, &LICENCE, &terms)), error);
    }
}

#[test]
fn the_licence_decides_what_it_allows() {
    for uses in [0, USE_COMMERCIAL, USE_RESEARCH | USE_COMMERCIAL, 1 << 15] {
        let refused = try_open(&service(), &LICENCE, &RequestTerms { uses, ..TERMS });
        assert_eq!(refusal(refused), OracleError::LicenceUseNotGranted, "{uses}");
    }
    let both = RequestTerms { uses: USE_PERSONAL | USE_RESEARCH, ..TERMS };
    assert_eq!(try_open(&service(), &LICENCE, &both).unwrap().licence_uses, both.uses);
}

#[test]
fn the_fee_is_the_larger_of_service_and_licence_and_within_the_limit() {
    // The service charges 1,000.
    for (price_atoms, fee_atoms) in [(0, 1_000), (999, 1_000), (1_000, 1_000), (1_001, 1_001), (5_000, 5_000)] {
        let licence = LicenceTerms { price_atoms, ..LICENCE };
        let request = try_open(&service(), &licence, &RequestTerms { fee_max_atoms: fee_atoms, ..TERMS }).unwrap();
        assert_eq!((request.fee_atoms, request.result_bond_atoms), (fee_atoms, 2 * fee_atoms));
        let short = try_open(&service(), &licence, &RequestTerms { fee_max_atoms: fee_atoms - 1, ..TERMS });
        let error = if fee_atoms > 1_000 { OracleError::LicencePriceAboveLimit } else { OracleError::FeeAboveLimit };
        assert_eq!(refusal(short), error, "{price_atoms}");
    }
}

#[test]
fn the_result_bond_is_the_largest_of_minimum_multiple_and_value_at_risk() {
    // The service charges 1,000 with a multiple of two and a minimum of 500.
    assert_eq!(open().result_bond_atoms, 2_000);
    let risky = RequestTerms { value_at_risk_atoms: 9_000, ..TERMS };
    assert_eq!(try_open(&service(), &LICENCE, &risky).unwrap().result_bond_atoms, 9_000);
    let strict = Service { min_bond_atoms: 5_000, ..service() };
    assert_eq!(try_open(&strict, &LICENCE, &TERMS).unwrap().result_bond_atoms, 5_000);
}

#[test]
fn a_claim_ends_with_the_request_at_the_latest() {
    let mut early = open();
    early.claim(OPERATOR, CREATED, CREATED).unwrap();
    assert_eq!(early.claim_deadline_seconds, CREATED + 30);
    let mut late = open();
    late.claim(OPERATOR, CREATED, DEADLINE - 1).unwrap();
    assert_eq!(late.claim_deadline_seconds, DEADLINE);
    assert_eq!(refusal(open().claim(OPERATOR, CREATED, DEADLINE)), OracleError::RequestDeadlinePassed);
}

#[test]
fn at_its_deadline_a_claim_can_lapse_but_not_be_answered() {
    let mut request = open();
    request.claim(OPERATOR, CREATED, CREATED).unwrap();
    let end = request.claim_deadline_seconds;
    assert!(request.require_postable(&OPERATOR, 0, 1, end - 1).is_ok());
    assert_eq!(refusal(request.expire_claim(end - 1)), OracleError::ClaimDeadlineAhead);
    assert_eq!(refusal(request.require_postable(&OPERATOR, 0, 1, end)), OracleError::ClaimDeadlinePassed);
    assert_eq!(request.expire_claim(end).unwrap(), 10);
    assert_eq!((request.status().unwrap(), request.requester_due_atoms), (RequestStatus::Open, 10));
    request.claim(STRANGER, CREATED, end).unwrap();
    assert_eq!(request.operator, STRANGER);
}

#[test]
fn a_result_needs_the_claiming_operator_its_class_and_a_size_that_fits() {
    let mut request = open();
    request.claim(OPERATOR, CREATED, CREATED).unwrap();
    let post = |operator: &Pubkey, class, bytes| request.require_postable(operator, class, bytes, CREATED + 1);
    assert_eq!(refusal(post(&STRANGER, 0, 1)), OracleError::ClaimOfOtherOperator);
    assert_eq!(refusal(post(&OPERATOR, 1, 1)), OracleError::NumericClassMismatch);
    assert_eq!(refusal(post(&OPERATOR, 0, 0)), OracleError::OutputEmpty);
    assert_eq!(refusal(post(&OPERATOR, 0, 33)), OracleError::OutputTooLong);
    assert!(post(&OPERATOR, 0, 32).is_ok());
}

#[test]
fn a_result_is_final_from_the_last_second_of_its_window_on() {
    let mut request = open();
    request.claim(OPERATOR, CREATED, CREATED).unwrap();
    request.post([1; 32], [2; 32], 32, CREATED + 9).unwrap();
    assert_eq!((request.challenge_until_seconds, request.answer_seconds()), (CREATED + 69, 9));
    assert_eq!(refusal(request.finalize(CREATED + 68)), OracleError::ChallengeWindowOpen);
    request.finalize(CREATED + 69).unwrap();
    assert_eq!(request.settled_at_seconds, CREATED + 69);
}

#[test]
fn a_refund_returns_fee_tip_and_every_forfeited_claim_bond_once() {
    let mut request = open();
    for start in [CREATED, CREATED + 40] {
        request.claim(OPERATOR, CREATED, start).unwrap();
        request.expire_claim(start + 30).unwrap();
    }
    assert_eq!(refusal(request.refund(DEADLINE - 1)), OracleError::RequestDeadlineAhead);
    assert_eq!(request.refund(DEADLINE).unwrap(), 1_000 + 50 + 20);
    assert_eq!(request.take_due().unwrap(), 0);
}

#[test]
fn a_price_beyond_64_bits_is_refused() {
    let greedy = Request { fee_atoms: u64::MAX, tip_atoms: 1, ..Request::zeroed() };
    assert_eq!(refusal(greedy.price_atoms()), OracleError::AmountTooLarge);
}
