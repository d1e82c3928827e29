//! Which step is allowed when.

use modchains_core::request::{ClaimTerms, RequestError, RequestStatus};
use proptest::prelude::*;

use super::{ACTS, Act, OPERATOR, STATUSES, STEPS, STRANGER, act, states, states_in};

/// What `act` is refused with in a status from which it does not lead.
fn misplaced(act: Act) -> RequestError {
    match act {
        Act::Claim | Act::Refund => RequestError::NotOpen,
        Act::Expire | Act::Post => RequestError::NotClaimed,
        Act::Finalize => RequestError::NotPosted,
        Act::Close => RequestError::NotSettled,
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn every_step_that_is_not_listed_is_refused_at_any_time(state in states(), now: i64) {
        for tried in ACTS {
            let done = act(&state, tried, &OPERATOR, now);
            match STEPS.iter().find(|(from, act, _)| (*from, *act) == (state.status, tried)) {
                None => prop_assert_eq!(done, Err(misplaced(tried)), "{:?}", tried),
                Some((_, _, to)) => {
                    if let Ok((next, _)) = done {
                        prop_assert_eq!(next.status, *to);
                        prop_assert_eq!(next.invariant(), Ok(()));
                        prop_assert_eq!(next.terms, state.terms, "terms never change");
                    }
                }
            }
        }
    }

    #[test]
    fn at_every_second_a_window_is_either_open_or_over(state in states(), offset in -2i64..=2) {
        let at = |end: i64| (end + offset, offset < 0);
        match state.status {
            RequestStatus::Open => {
                let (now, is_before) = at(state.terms.deadline_seconds);
                prop_assert_eq!(state.is_past_deadline(now), !is_before);
                prop_assert_eq!(act(&state, Act::Claim, &OPERATOR, now).is_ok(), is_before);
                prop_assert_eq!(act(&state, Act::Refund, &OPERATOR, now).is_ok(), !is_before);
            }
            RequestStatus::Claimed => {
                let (now, is_before) = at(state.claim_deadline_seconds);
                prop_assert_eq!(act(&state, Act::Post, &OPERATOR, now).is_ok(), is_before);
                prop_assert_eq!(act(&state, Act::Expire, &OPERATOR, now).is_ok(), !is_before);
            }
            RequestStatus::Posted => {
                let (now, is_before) = at(state.challenge_until_seconds);
                prop_assert_eq!(act(&state, Act::Finalize, &OPERATOR, now).is_ok(), !is_before);
            }
            _ => {}
        }
    }

    #[test]
    fn what_is_foretold_is_what_is_done(state in states(), now in 0i64..1 << 41) {
        // An operator may answer, by claiming first or at once, exactly until the second that it was told.
        for operator in [OPERATOR, STRANGER] {
            let may_answer = state.answer_until_seconds(&operator).is_some_and(|end| now < end);
            let answers = act(&state, Act::Claim, &operator, now).or_else(|_| act(&state, Act::Post, &operator, now));
            prop_assert_eq!(may_answer, answers.is_ok());
        }
        // Nobody but its operator answers a claimed request.
        if state.status == RequestStatus::Claimed {
            let refused = Err(RequestError::ClaimOfOtherOperator);
            prop_assert_eq!(act(&state, Act::Post, &STRANGER, now), refused);
        }
        if state.status == RequestStatus::Posted {
            let is_over = state.lasts_until_seconds().is_some_and(|end| now >= end);
            prop_assert_eq!(is_over, act(&state, Act::Finalize, &OPERATOR, now).is_ok());
        }
        prop_assert!(!state.status.is_settled() || state.lasts_until_seconds().is_none());
    }

    #[test]
    fn a_claim_ends_with_the_request_at_the_latest(state in states(), wait in 0i64..10_000) {
        let (terms, now) = (state.terms, state.terms.created_at_seconds + wait);
        if let Ok((claimed, _)) = act(&state, Act::Claim, &OPERATOR, now) {
            let end = (now + i64::from(terms.claim_seconds)).min(terms.deadline_seconds);
            prop_assert_eq!(claimed.claim_deadline_seconds, end);
            prop_assert!(claimed.is_operator(&OPERATOR) && !claimed.is_operator(&STRANGER));
        }
    }

    #[test]
    fn a_result_has_the_class_of_the_request_and_a_size_that_fits(
        state in states_in(RequestStatus::Claimed), class in 0u8..2,
        bytes in prop_oneof![0usize..1_100, Just(usize::MAX), Just((1 << 16) + 1)],
    ) {
        let now = state.terms.created_at_seconds;
        let posted = state.post(&OPERATOR, now, class, bytes, now);
        let expected = match () {
            () if class != state.terms.numeric_class => Some(RequestError::NumericClassMismatch),
            () if bytes == 0 => Some(RequestError::OutputEmpty),
            () if bytes > usize::from(state.terms.output_bytes_max) => Some(RequestError::OutputTooLong),
            () => None,
        };
        prop_assert_eq!(posted.err(), expected);
        if let Ok(posted) = posted {
            prop_assert_eq!(usize::from(posted.output_bytes), bytes);
            prop_assert_eq!(posted.challenge_until_seconds, now + i64::from(state.terms.challenge_window_seconds));
        }
    }

    #[test]
    fn neither_claim_nor_result_falls_on_another_request_at_the_address(
        state in prop_oneof![states_in(RequestStatus::Open), states_in(RequestStatus::Claimed)], created: i64,
    ) {
        let now = state.terms.created_at_seconds;
        prop_assume!(created != now);
        let terms = ClaimTerms { created_at_seconds: created, land_until_seconds: i64::MAX };
        let refused = match state.status {
            RequestStatus::Open => state.claim(&OPERATOR, &terms, now),
            _ => state.post(&OPERATOR, created, 0, 1, now),
        };
        prop_assert_eq!(refused, Err(RequestError::Replaced));
    }

    #[test]
    fn a_claim_lands_before_the_second_that_it_names_or_not_at_all(
        state in states_in(RequestStatus::Open), wait in 0i64..10_000, offset in -2i64..=2,
    ) {
        let (created_at_seconds, now) = (state.terms.created_at_seconds, state.terms.created_at_seconds + wait);
        let terms = ClaimTerms { created_at_seconds, land_until_seconds: now - offset };
        let expected = match () {
            () if state.is_past_deadline(now) => Some(RequestError::DeadlinePassed),
            () if offset >= 0 => Some(RequestError::ClaimLandedLate),
            () => None,
        };
        prop_assert_eq!(state.claim(&OPERATOR, &terms, now).err(), expected);
    }
}

#[test]
fn status_codes_round_trip_and_unknown_ones_are_refused() {
    for (code, status) in (0..).zip(STATUSES) {
        assert_eq!((RequestStatus::from_code(code), status as u8), (Ok(status), code));
    }
    for code in 7..=u8::MAX {
        assert_eq!(RequestStatus::from_code(code), Err(RequestError::StatusUnknown));
    }
}
