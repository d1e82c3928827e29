//! Laws of requests: which step is allowed when, and where the money goes.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod challenges;
mod collusion;
mod history;
mod liars;
mod open;
mod steps;

use modchains_core::{
    fees::UsageFeeSplit,
    numeric_class::NumericClass,
    request::{
        ChallengeOutcome, ClaimTerms, OperatorKey, ProofTerms, RequestState, RequestStatus, RequestTerms, Result,
    },
    window::Moment,
};
use proptest::prelude::*;

const OPERATOR: OperatorKey = [7; 32];
const STRANGER: OperatorKey = [8; 32];
const CHALLENGER: OperatorKey = [9; 32];

/// Something that can be tried with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Claim,
    Expire,
    Post,
    Challenge,
    Overturn,
    Lose,
    Prove,
    Reward,
    Finalize,
    Refund,
    Close,
}

const ACTS: [Act; 11] = [
    Act::Claim,
    Act::Expire,
    Act::Post,
    Act::Challenge,
    Act::Overturn,
    Act::Lose,
    Act::Prove,
    Act::Reward,
    Act::Finalize,
    Act::Refund,
    Act::Close,
];

const STATUSES: [RequestStatus; 6] = [
    RequestStatus::Open,
    RequestStatus::Claimed,
    RequestStatus::Posted,
    RequestStatus::Finalized,
    RequestStatus::Overturned,
    RequestStatus::Refunded,
];

/// Every step there is. Whatever is not listed is refused.
const STEPS: [(RequestStatus, Act, RequestStatus); 14] = [
    (RequestStatus::Open, Act::Claim, RequestStatus::Claimed),
    (RequestStatus::Open, Act::Refund, RequestStatus::Refunded),
    (RequestStatus::Claimed, Act::Expire, RequestStatus::Open),
    (RequestStatus::Claimed, Act::Post, RequestStatus::Posted),
    (RequestStatus::Posted, Act::Challenge, RequestStatus::Posted),
    (RequestStatus::Posted, Act::Lose, RequestStatus::Posted),
    (RequestStatus::Posted, Act::Overturn, RequestStatus::Overturned),
    (RequestStatus::Posted, Act::Finalize, RequestStatus::Finalized),
    (RequestStatus::Overturned, Act::Lose, RequestStatus::Overturned),
    (RequestStatus::Overturned, Act::Prove, RequestStatus::Overturned),
    (RequestStatus::Overturned, Act::Reward, RequestStatus::Overturned),
    (RequestStatus::Finalized, Act::Close, RequestStatus::Finalized),
    (RequestStatus::Overturned, Act::Close, RequestStatus::Overturned),
    (RequestStatus::Refunded, Act::Close, RequestStatus::Refunded),
];

/// A second of a cluster with slots of 400 milliseconds.
fn at(seconds: i64) -> Moment {
    Moment { seconds, slot: u64::try_from(seconds).unwrap_or(0).saturating_mul(5) / 2 }
}

/// A claim of the request with these terms, whenever it lands.
fn patient(terms: &RequestTerms) -> ClaimTerms {
    ClaimTerms { created_at_seconds: terms.created_at_seconds, land_until_seconds: i64::MAX }
}

/// Tries `act` as whoever may: `operator` where it must be one, the challenge with the number 0 where it must be one.
fn act(state: &RequestState, act: Act, operator: &OperatorKey, now_seconds: i64) -> Result<RequestState> {
    let (terms, now) = (&state.terms, at(now_seconds));
    let seen = terms.created_at_seconds;
    Ok(match act {
        Act::Claim => state.claim(operator, &patient(terms), now_seconds)?,
        Act::Expire => state.expire_claim(now_seconds)?.next,
        Act::Post => {
            let output_bytes = usize::from(terms.output_bytes_max);
            state.post(operator, seen, terms.numeric_class as u8, output_bytes, now)?
        }
        Act::Challenge => state.open_challenge(&CHALLENGER, seen, None, now)?,
        Act::Overturn => state.overturn(seen, now)?.next,
        Act::Lose => state.settle_challenge(&CHALLENGER, seen, 0, ChallengeOutcome::Lost)?.next,
        Act::Prove => state.settle_challenge(&CHALLENGER, seen, 0, ChallengeOutcome::Proved)?.next,
        Act::Reward => state.claim_reward(&CHALLENGER, now)?.next,
        Act::Finalize => state.finalize(None, now)?.next,
        Act::Refund => state.refund(now)?.next,
        Act::Close => state.close()?.next,
    })
}

/// Terms that a service can have given; amounts so small that a claim can lapse very often.
fn terms() -> impl Strategy<Value = RequestTerms> {
    let classes = [NumericClass::Exact, NumericClass::Rounded, NumericClass::Unproven];
    prop::sample::select(classes.to_vec()).prop_flat_map(terms_of)
}

fn terms_of(numeric_class: NumericClass) -> impl Strategy<Value = RequestTerms> {
    let times = (0i64..1 << 40, 1u32..10_000, 1u32..10_000, 1u32..10_000);
    let amounts = (1u64..1 << 40, 0u64..1 << 40, 1u64..1 << 40, 1u64..1 << 40);
    let proof = (0u32..3, 1u64..1 << 38, 0u64..1 << 30);
    (times, amounts, 0u16..=10_000, 1u16..=1_024, proof).prop_map(
        move |(times, amounts, operator_bps, output_bytes_max, proof)| {
            let (created_at_seconds, wait_seconds, claim_seconds, challenge_window_seconds) = times;
            let (fee_atoms, tip_atoms, claim_bond_atoms, more_bond_atoms) = amounts;
            let (attestations, challenge_bond_atoms, stipend_atoms) = proof;
            let (rest_bps, result_bond_atoms) = (10_000 - operator_bps, claim_bond_atoms + more_bond_atoms);
            RequestTerms {
                fee_atoms,
                tip_atoms,
                claim_bond_atoms,
                result_bond_atoms,
                created_at_seconds,
                deadline_seconds: created_at_seconds + i64::from(wait_seconds),
                claim_seconds,
                challenge_window_seconds,
                split: UsageFeeSplit {
                    operator_bps,
                    vault_bps: rest_bps / 2,
                    creator_bps: rest_bps / 4,
                    reserve_bps: rest_bps / 8,
                    protocol_bps: rest_bps - rest_bps / 2 - rest_bps / 4 - rest_bps / 8,
                },
                input_bytes: 1,
                output_bytes_max,
                numeric_class,
                proof: numeric_class.is_provable().then_some(ProofTerms {
                    judge_version: 1,
                    size: 1,
                    attestations,
                    challenge_bond_atoms,
                    stipend_atoms: stipend_atoms.min(result_bond_atoms / 4),
                    clock_seconds: 100,
                    grace_seconds: 10,
                }),
            }
        },
    )
}

/// Terms of results that can be proved.
fn provable_terms() -> impl Strategy<Value = RequestTerms> {
    prop_oneof![terms_of(NumericClass::Exact), terms_of(NumericClass::Rounded)]
}

/// A request in any status, as a history could have left it.
fn states() -> impl Strategy<Value = RequestState> {
    prop::sample::select(STATUSES.as_slice()).prop_flat_map(states_in)
}

fn states_in(status: RequestStatus) -> BoxedStrategy<RequestState> {
    match status {
        RequestStatus::Posted => (terms(), 0u64..1 << 40, 0u32..3)
            .prop_map(|(terms, due_atoms, challenges)| {
                let challenges = if terms.proof.is_some() { challenges } else { 0 };
                challenged(&posted(&terms, due_atoms), challenges)
            })
            .boxed(),
        RequestStatus::Overturned => (provable_terms(), 0u64..1 << 40, 1u32..3)
            .prop_map(|(terms, due_atoms, challenges)| {
                let challenged = challenged(&posted(&terms, due_atoms), challenges);
                challenged.overturn(terms.created_at_seconds, challenged.posted_at).unwrap().next
            })
            .boxed(),
        _ => (terms(), 0u64..1 << 40)
            .prop_map(move |(terms, due_atoms)| {
                let open = RequestState { requester_due_atoms: due_atoms, ..RequestState::new(terms) };
                let posted = posted(&terms, due_atoms);
                match status {
                    RequestStatus::Open => open,
                    RequestStatus::Refunded => open.refund(at(terms.deadline_seconds)).unwrap().next,
                    RequestStatus::Finalized => posted.finalize(None, window_end(&posted)).unwrap().next,
                    _ => open.claim(&OPERATOR, &patient(&terms), terms.created_at_seconds).unwrap(),
                }
            })
            .boxed(),
    }
}

/// A result that was posted in the second of the request.
fn posted(terms: &RequestTerms, due_atoms: u64) -> RequestState {
    let open = RequestState { requester_due_atoms: due_atoms, ..RequestState::new(*terms) };
    let (created, output_bytes) = (terms.created_at_seconds, terms.output_bytes_max.into());
    let claimed = open.claim(&OPERATOR, &patient(terms), created).unwrap();
    claimed.post(&OPERATOR, created, terms.numeric_class as u8, output_bytes, at(created)).unwrap()
}

/// The same result with so many challenges, opened at once.
fn challenged(posted: &RequestState, challenges: u32) -> RequestState {
    let seen = posted.terms.created_at_seconds;
    (0..challenges).fold(*posted, |state, _| state.open_challenge(&CHALLENGER, seen, None, posted.posted_at).unwrap())
}

/// The first moment after a result's window.
fn window_end(posted: &RequestState) -> Moment {
    at(posted.posted_at.seconds + i64::from(posted.window_seconds))
}
