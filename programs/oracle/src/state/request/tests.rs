//! That the account keeps what the core's rules say. The rules themselves have their laws beside them.

use bytemuck::Zeroable;
use modchains_core::{
    fees::UsageFeeSplit,
    licence::{LicenceTerms, USE_PERSONAL, USE_RESEARCH},
};

use super::*;
use crate::{state::service::tests::service, test_support::refusal};

const CREATED: i64 = 1_000_000;
const DEADLINE: i64 = CREATED + 100;
const OPERATOR: Pubkey = Pubkey::new_from_array([7; 32]);
const STRANGER: Pubkey = Pubkey::new_from_array([8; 32]);
const REQUESTER: Pubkey = Pubkey::new_from_array([9; 32]);
const SERVICE: Pubkey = Pubkey::new_from_array([10; 32]);

/// Everything is allowed to everybody, for the service's fee.
const LICENCE: LicenceTerms =
    LicenceTerms { uses: USE_PERSONAL | USE_RESEARCH, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };

const ORDER: RequestOrder = RequestOrder {
    terms_counter: 1,
    fee_max_atoms: 1_000,
    content_fee_max_atoms: 70,
    tip_atoms: 50,
    value_at_risk_atoms: 9_000,
    max_wait_seconds: 100,
    uses: USE_RESEARCH,
    input_bytes: 64,
};

const DETAILS: RequestDetails =
    RequestDetails { nonce: 5, salt: [3; 16], input_hash: [4; 32], content_fee_atoms: 70, bump: 255 };

const SEEN: ClaimTerms = ClaimTerms { created_at_seconds: CREATED, land_until_seconds: DEADLINE };

const RESULT: PostedResult =
    PostedResult { created_at_seconds: CREATED, numeric_class: 0, trace_root: [2; 32], output: &[1; 32] };

fn open() -> Request {
    let service = service();
    let terms = service.offer().terms(&LICENCE, &ORDER, CREATED).unwrap();
    Request::open(SERVICE, &service, REQUESTER, &terms, &ORDER, &DETAILS)
}

fn claimed() -> Request {
    let mut request = open();
    request.claim(&OPERATOR, &SEEN, CREATED).unwrap();
    request
}

fn posted() -> Request {
    let mut request = claimed();
    request.post(&OPERATOR, &RESULT, CREATED + 9).unwrap();
    request
}

#[test]
fn the_input_follows_424_fixed_bytes() {
    assert_eq!(Request::INPUT_OFFSET, 424);
    assert_eq!(open().account_bytes(), 424 + 64 + 32);
}

#[test]
fn a_new_request_keeps_the_terms_that_the_service_accepts() {
    let (request, service) = (open(), service());
    let terms = service.offer().terms(&LICENCE, &ORDER, CREATED).unwrap();
    assert_eq!(request.state(), Ok(RequestState::new(terms)));
    assert_eq!(terms.split, UsageFeeSplit::from(service.split));
    assert_eq!((request.service, request.requester), (SERVICE, REQUESTER));
    assert_eq!(request.version_manifest_sha256, service.manifest_sha256);
    let details = (request.nonce, request.licence_uses, request.salt, request.input_hash, request.bump);
    assert_eq!(details, (DETAILS.nonce, ORDER.uses, DETAILS.salt, DETAILS.input_hash, DETAILS.bump));
    assert_eq!((request.value_at_risk_atoms, request.content_fee_atoms), (9_000, 70));
    assert_eq!(request.price_atoms().unwrap(), 1_050);
}

#[test]
fn a_closed_service_takes_nothing() {
    let closed = Service { shut_at_seconds: 1, ..service() }.offer();
    assert_eq!(closed.terms(&LICENCE, &ORDER, CREATED).map_err(OracleError::from), Err(OracleError::ServiceClosed));
}

#[test]
fn every_step_keeps_exactly_what_the_core_says() {
    let (open, claimed, posted) = (open(), claimed(), posted());
    let rules = |request: &Request| request.state().unwrap();
    assert_eq!(rules(&claimed), rules(&open).claim(OPERATOR.as_array(), &SEEN, CREATED).unwrap());
    assert_eq!(rules(&posted), rules(&claimed).post(OPERATOR.as_array(), CREATED, 0, 32, CREATED + 9).unwrap());

    let mut lapsed = claimed;
    let expiry = rules(&claimed).expire_claim(DEADLINE).unwrap();
    assert_eq!((lapsed.expire_claim(DEADLINE).unwrap(), rules(&lapsed)), (expiry.forfeited_atoms, expiry.next));
    let mut refunded = lapsed;
    let refund = rules(&lapsed).refund(DEADLINE).unwrap();
    assert_eq!((refunded.refund(DEADLINE).unwrap(), rules(&refunded)), (refund.refund_atoms, refund.next));

    let mut finalized = posted;
    let finality = rules(&posted).finalize(DEADLINE).unwrap();
    assert_eq!((finalized.finalize(DEADLINE).unwrap(), rules(&finalized)), (finality, finality.next));
    finalized.requester_due_atoms = 10;
    assert_eq!((finalized.close().unwrap(), finalized.requester_due_atoms), (10, 0));
    // What no step is about stays.
    for request in [claimed, posted, lapsed, refunded, finalized] {
        let steps = Request { output_hash: [0; 32], trace_root: [0; 32], ..request };
        let mut fresh = open;
        fresh.store(&rules(&steps));
        assert_eq!(bytemuck::bytes_of(&steps), bytemuck::bytes_of(&fresh));
    }
}

#[test]
fn a_result_is_kept_with_its_commitment_and_its_trace() {
    let request = posted();
    assert_eq!(request.output_hash, sha256(&[&[3; 16], &[1; 32]]));
    assert_eq!(request.trace_root, [2; 32]);
}

#[test]
fn a_refused_step_leaves_every_byte() {
    type Act = fn(&mut Request) -> Result<()>;
    let refusals: [(Request, Act, OracleError); 6] = [
        (claimed(), |request| request.claim(&STRANGER, &SEEN, CREATED), OracleError::RequestNotOpen),
        (claimed(), |request| request.expire_claim(CREATED).map(drop), OracleError::ClaimDeadlineAhead),
        (claimed(), |request| request.post(&STRANGER, &RESULT, CREATED), OracleError::ClaimOfOtherOperator),
        (posted(), |request| request.finalize(CREATED).map(drop), OracleError::ChallengeWindowOpen),
        (open(), |request| request.refund(CREATED).map(drop), OracleError::RequestDeadlineAhead),
        (open(), |request| request.close().map(drop), OracleError::RequestNotSettled),
    ];
    for (before, act, error) in refusals {
        let mut request = before;
        assert_eq!(refusal(act(&mut request)), error);
        assert_eq!(bytemuck::bytes_of(&request), bytemuck::bytes_of(&before), "{error:?}");
    }
}

#[test]
fn an_unknown_status_allows_nothing() {
    let mut request = Request { status: 7, ..open() };
    assert_eq!(refusal(request.claim(&OPERATOR, &SEEN, CREATED)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.expire_claim(i64::MAX)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.post(&OPERATOR, &RESULT, CREATED)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.finalize(i64::MAX)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.refund(i64::MAX)), OracleError::RequestStatusUnknown);
    assert_eq!(refusal(request.close()), OracleError::RequestStatusUnknown);
}

#[test]
fn a_price_beyond_64_bits_is_refused() {
    let greedy = Request { fee_atoms: u64::MAX, tip_atoms: 1, ..Request::zeroed() };
    assert_eq!(refusal(greedy.price_atoms()), OracleError::AmountTooLarge);
}
