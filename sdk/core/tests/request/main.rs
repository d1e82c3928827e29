//! Laws of requests: which step is allowed when, and where the money goes.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod history;
mod open;
mod steps;

use modchains_core::{
    fees::UsageFeeSplit,
    request::{ClaimTerms, OperatorKey, RequestState, RequestStatus, RequestTerms, Result},
};
use proptest::prelude::*;

const OPERATOR: OperatorKey = [7; 32];
const STRANGER: OperatorKey = [8; 32];

/// Something that can be tried with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Claim,
    Expire,
    Post,
    Finalize,
    Refund,
    Close,
}

const ACTS: [Act; 6] = [Act::Claim, Act::Expire, Act::Post, Act::Finalize, Act::Refund, Act::Close];

const STATUSES: [RequestStatus; 7] = [
    RequestStatus::Open,
    RequestStatus::Claimed,
    RequestStatus::Posted,
    RequestStatus::Disputed,
    RequestStatus::Finalized,
    RequestStatus::Overturned,
    RequestStatus::Refunded,
];

/// Every step there is. Whatever is not listed is refused.
const STEPS: [(RequestStatus, Act, RequestStatus); 8] = [
    (RequestStatus::Open, Act::Claim, RequestStatus::Claimed),
    (RequestStatus::Open, Act::Refund, RequestStatus::Refunded),
    (RequestStatus::Claimed, Act::Expire, RequestStatus::Open),
    (RequestStatus::Claimed, Act::Post, RequestStatus::Posted),
    (RequestStatus::Posted, Act::Finalize, RequestStatus::Finalized),
    (RequestStatus::Finalized, Act::Close, RequestStatus::Finalized),
    (RequestStatus::Overturned, Act::Close, RequestStatus::Overturned),
    (RequestStatus::Refunded, Act::Close, RequestStatus::Refunded),
];

/// Atoms that a step moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Moved {
    /// Into escrow, from a bond.
    forfeited: u64,
    /// Out of escrow, to the requester.
    returned: u64,
    /// Out of escrow, to operator, stakers, creator, reserve and protocol.
    spent: u64,
}

/// A claim of the request with these terms, whenever it lands.
fn patient(terms: &RequestTerms) -> ClaimTerms {
    ClaimTerms { created_at_seconds: terms.created_at_seconds, land_until_seconds: i64::MAX }
}

/// Tries `act` as whoever may: `operator` where it must be one.
fn act(state: &RequestState, act: Act, operator: &OperatorKey, now_seconds: i64) -> Result<(RequestState, Moved)> {
    let terms = &state.terms;
    Ok(match act {
        Act::Claim => (state.claim(operator, &patient(terms), now_seconds)?, Moved::default()),
        Act::Expire => {
            let expiry = state.expire_claim(now_seconds)?;
            (expiry.next, Moved { forfeited: expiry.forfeited_atoms, ..Moved::default() })
        }
        Act::Post => {
            let (seen, output_bytes) = (terms.created_at_seconds, usize::from(terms.output_bytes_max));
            (state.post(operator, seen, terms.numeric_class, output_bytes, now_seconds)?, Moved::default())
        }
        Act::Finalize => {
            let finality = state.finalize(now_seconds)?;
            let legs = [finality.legs.vault, finality.legs.creator, finality.legs.reserve, finality.legs.protocol];
            let spent = finality.legs.operator + legs.iter().sum::<u64>();
            assert_eq!(spent, finality.price_atoms, "every atom of the price goes somewhere");
            (finality.next, Moved { spent, ..Moved::default() })
        }
        Act::Refund => {
            let refund = state.refund(now_seconds)?;
            (refund.next, Moved { returned: refund.refund_atoms, ..Moved::default() })
        }
        Act::Close => {
            let closing = state.close()?;
            (closing.next, Moved { returned: closing.due_atoms, ..Moved::default() })
        }
    })
}

/// Terms that a service can have given; amounts so small that a claim can lapse very often.
fn terms() -> impl Strategy<Value = RequestTerms> {
    let times = (0i64..1 << 40, 1u32..10_000, 1u32..10_000, 1u32..10_000);
    let amounts = (1u64..1 << 40, 0u64..1 << 40, 1u64..1 << 40, 1u64..1 << 40);
    (times, amounts, 0u16..=10_000, 1u16..=1_024).prop_map(|(times, amounts, operator_bps, output_bytes_max)| {
        let (created_at_seconds, wait_seconds, claim_seconds, challenge_window_seconds) = times;
        let (fee_atoms, tip_atoms, claim_bond_atoms, more_bond_atoms) = amounts;
        let rest_bps = 10_000 - operator_bps;
        RequestTerms {
            fee_atoms,
            tip_atoms,
            claim_bond_atoms,
            result_bond_atoms: claim_bond_atoms + more_bond_atoms,
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
            numeric_class: 0,
        }
    })
}

/// A request in any status, as a history could have left it.
fn states() -> impl Strategy<Value = RequestState> {
    prop::sample::select(STATUSES.as_slice()).prop_flat_map(states_in)
}

fn states_in(status: RequestStatus) -> impl Strategy<Value = RequestState> {
    (terms(), 0u64..1 << 40).prop_map(move |(terms, due_atoms)| {
        let open = RequestState { requester_due_atoms: due_atoms, ..RequestState::new(terms) };
        let (created, deadline) = (terms.created_at_seconds, terms.deadline_seconds);
        let claimed = open.claim(&OPERATOR, &patient(&terms), created).unwrap();
        let posted = claimed.post(&OPERATOR, created, 0, 1, created).unwrap();
        match status {
            RequestStatus::Open => open,
            RequestStatus::Claimed => claimed,
            RequestStatus::Refunded => open.refund(deadline).unwrap().next,
            RequestStatus::Finalized => posted.finalize(posted.challenge_until_seconds).unwrap().next,
            // Nothing leads to disputed and overturned requests yet.
            RequestStatus::Posted | RequestStatus::Disputed | RequestStatus::Overturned => {
                RequestState { status, ..posted }
            }
        }
    })
}
