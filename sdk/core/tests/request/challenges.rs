//! What challenges do to a result, and what they cannot.

use modchains_core::{
    request::{ChallengeOutcome, OperatorKey, REWARD_WAIT_SECONDS, RequestError, RequestState, RequestStatus},
    window::{Moment, elapsed_seconds},
};
use proptest::prelude::*;

use super::{CHALLENGER, OPERATOR, STRANGER, at, challenged, posted, provable_terms, states_in, window_end};

/// Seconds after the result.
fn after(state: &RequestState, seconds: u64) -> Moment {
    at(state.posted_at.seconds + seconds as i64)
}

fn settle(state: &RequestState, challenger: &OperatorKey, number: u32, outcome: ChallengeOutcome) -> RequestState {
    state.settle_challenge(challenger, state.terms.created_at_seconds, number, outcome).unwrap().next
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_lost_challenge_decides_nothing(terms in provable_terms(), challenges in 1u32..5) {
        let fresh = posted(&terms, 0);
        let state = challenged(&fresh, challenges);
        let numbers = 0..challenges;
        let lost = numbers.fold(state, |state, number| settle(&state, &CHALLENGER, number, ChallengeOutcome::Lost));
        prop_assert_eq!(RequestState { open_challenges: 0, ..state }, lost);
        prop_assert_eq!((lost.status, lost.earliest), (RequestStatus::Posted, None));
        // It can be challenged again, and is not final a second sooner.
        let now = after(&fresh, u64::from(fresh.window_seconds) - 1);
        prop_assert_eq!(lost.finalize(None, now).err(), Some(RequestError::ChallengeWindowOpen));
        prop_assert!(lost.open_challenge(&STRANGER, terms.created_at_seconds, None, now).is_ok());
    }

    #[test]
    fn nothing_is_final_while_a_challenge_is_open(terms in provable_terms(), challenges in 1u32..5, late in 0u64..1 << 30) {
        let state = challenged(&posted(&terms, 0), challenges);
        let now = after(&state, u64::from(state.window_seconds) + late);
        prop_assert_eq!(state.finalize(None, now).err(), Some(RequestError::ChallengesOpen));
    }

    /// However many challenges are opened whenever they may be, each leaves a quarter of the window to look, and all of them
    /// end within two windows.
    #[test]
    fn challenges_extend_the_window_by_a_quarter_and_never_beyond_two(
        terms in provable_terms(), pauses in prop::collection::vec(0u64..4_000, 1..60),
    ) {
        let (mut state, mut elapsed) = (posted(&terms, 0), 0);
        let length = u64::from(terms.challenge_window_seconds);
        for pause in pauses {
            elapsed += pause;
            let opened = state.open_challenge(&CHALLENGER, terms.created_at_seconds, None, after(&state, elapsed));
            let may_open = elapsed < u64::from(state.window_seconds);
            prop_assert_eq!(opened.as_ref().err(), (!may_open).then_some(&RequestError::ChallengeWindowOver));
            let Ok(opened) = opened else { continue };
            let window = u64::from(opened.window_seconds);
            prop_assert!(window >= u64::from(state.window_seconds) && window <= 2 * length);
            prop_assert!(window >= (elapsed + length / 4).min(2 * length));
            state = opened;
        }
    }

    #[test]
    fn a_window_stands_still_with_the_cluster(terms in provable_terms(), outage in 0i64..1 << 30) {
        let state = posted(&terms, 0);
        let standing = Moment { seconds: state.posted_at.seconds + outage, ..state.posted_at };
        prop_assert_eq!(state.finalize(None, standing).err(), Some(RequestError::ChallengeWindowOpen));
        prop_assert!(state.open_challenge(&CHALLENGER, terms.created_at_seconds, None, standing).is_ok());
    }

    /// After another result of its operator was proved wrong, a result stays open for a whole window.
    #[test]
    fn a_convicted_operators_other_results_stay_open_for_a_window(
        terms in provable_terms(), convicted in 0u64..20_000, elapsed in 0u64..40_000,
    ) {
        let state = posted(&terms, 0);
        let (convicted_at, now) = (after(&state, convicted), after(&state, convicted + elapsed));
        let window = u64::from(terms.challenge_window_seconds);
        let is_open = convicted + elapsed < window || elapsed < window;
        prop_assert_eq!(state.is_challengeable(Some(convicted_at), now), is_open);
        prop_assert_eq!(state.finalize(Some(convicted_at), now).is_ok(), !is_open);
        let opened = state.open_challenge(&CHALLENGER, terms.created_at_seconds, Some(convicted_at), now);
        prop_assert_eq!(opened.is_ok(), is_open);
    }

    #[test]
    fn the_reward_is_the_earliest_challenges_that_did_not_lose(
        terms in provable_terms(), outcomes in prop::collection::vec(0u8..3, 1..6), order in any::<u64>(),
    ) {
        let keys: Vec<OperatorKey> = (0..outcomes.len()).map(|index| [20 + index as u8; 32]).collect();
        let seen = terms.created_at_seconds;
        let fresh = posted(&terms, 0);
        let opened = keys.iter().try_fold(fresh, |state, key| state.open_challenge(key, seen, None, fresh.posted_at));
        let mut state = opened.unwrap().overturn(seen, fresh.posted_at).unwrap().next;
        // Exactly one landed the proof.
        let proof = order as usize % outcomes.len();
        let outcome = |index: usize| match outcomes[index] {
            _ if index == proof => ChallengeOutcome::Proved,
            0 | 1 => ChallengeOutcome::Lost,
            _ => ChallengeOutcome::Moot,
        };
        let mut numbers: Vec<usize> = (0..outcomes.len()).collect();
        numbers.sort_by_key(|number| (order.rotate_left(7 * *number as u32), *number));
        let mut stipends = 0;
        for number in numbers {
            let settled = state.settle_challenge(&keys[number], seen, number as u32, outcome(number)).unwrap();
            prop_assert!(settled.stipend_atoms == 0 || number == proof);
            stipends += settled.stipend_atoms;
            state = settled.next;
        }
        let earliest = (0..outcomes.len()).find(|index| outcome(*index) != ChallengeOutcome::Lost).unwrap();
        prop_assert_eq!(state.earliest, Some((earliest as u32, keys[earliest])));
        for key in keys.iter().filter(|key| **key != keys[earliest]) {
            prop_assert_eq!(state.claim_reward(key, fresh.posted_at).err(), Some(RequestError::RewardOfOther).filter(|_| state.reward_due_atoms > 0).or(Some(RequestError::RewardPaid)));
        }
        let half = terms.result_bond_atoms / 2;
        let reward = state.claim_reward(&keys[earliest], fresh.posted_at).map_or(0, |reward| reward.reward_atoms);
        prop_assert_eq!(reward + stipends, half);
    }

    #[test]
    fn the_reward_waits_a_day_for_those_who_are_not_settled(terms in provable_terms(), wait in 0u64..200_000) {
        let state = challenged(&posted(&terms, 0), 2);
        prop_assume!(terms.result_bond_atoms > 1);
        let overturned = state.overturn(terms.created_at_seconds, state.posted_at).unwrap().next;
        let proved = settle(&overturned, &CHALLENGER, 1, ChallengeOutcome::Proved);
        let claimed = proved.claim_reward(&CHALLENGER, after(&proved, wait));
        let refused = (wait < REWARD_WAIT_SECONDS).then_some(RequestError::RewardWaits);
        prop_assert_eq!(claimed.err(), refused);
        prop_assert_eq!(proved.close().err(), Some(RequestError::ChallengesOpen));
        let settled = settle(&proved, &STRANGER, 0, ChallengeOutcome::Moot);
        prop_assert_eq!(settled.close().err(), Some(RequestError::RewardUnpaid));
        let paid = settled.claim_reward(&STRANGER, settled.posted_at).unwrap();
        prop_assert_eq!(paid.next.close().unwrap().due_atoms, terms.price_atoms().unwrap());
        prop_assert_eq!(paid.next.claim_reward(&STRANGER, at(1 << 41)).err(), Some(RequestError::RewardPaid));
    }

    #[test]
    fn a_challenge_falls_on_the_request_that_was_looked_at(state in states_in(RequestStatus::Posted), created: i64) {
        prop_assume!(created != state.terms.created_at_seconds);
        let replaced = Some(RequestError::Replaced);
        prop_assert_eq!(state.open_challenge(&CHALLENGER, created, None, state.posted_at).err(), replaced);
        prop_assert_eq!(state.overturn(created, state.posted_at).err(), replaced);
        prop_assert_eq!(state.settle_challenge(&CHALLENGER, created, 0, ChallengeOutcome::Lost).err(), replaced);
        prop_assert_eq!(state.require_traceable(created, false).err(), replaced);
    }

    #[test]
    fn what_cannot_be_proved_cannot_be_challenged(state in states_in(RequestStatus::Posted)) {
        let (seen, now) = (state.terms.created_at_seconds, state.posted_at);
        let refused = state.terms.proof.is_none().then_some(RequestError::NotProvable);
        prop_assert_eq!(state.open_challenge(&CHALLENGER, seen, None, now).err(), refused);
        prop_assert_eq!(state.require_traceable(seen, false).err(), refused);
        prop_assert!(state.require_traceable(seen, true).is_err());
        let own = if refused.is_some() { refused } else { Some(RequestError::ResultOfOwn) };
        prop_assert_eq!(state.open_challenge(&OPERATOR, seen, None, now).err(), own);
        if state.open_challenges == 0 {
            prop_assert_eq!(state.overturn(seen, now).err(), Some(RequestError::ChallengeUnknown));
        }
    }

    #[test]
    fn an_overturned_result_gives_the_requester_everything_back(state in states_in(RequestStatus::Overturned)) {
        let settled = (0..state.challenges).fold(state, |state, number| {
            let outcome = if number == 0 { ChallengeOutcome::Proved } else { ChallengeOutcome::Moot };
            settle(&state, &CHALLENGER, number, outcome)
        });
        let paid = settled.claim_reward(&CHALLENGER, settled.posted_at).map_or(settled, |reward| reward.next);
        let closing = paid.close().unwrap();
        prop_assert_eq!(closing.due_atoms, state.requester_due_atoms);
        prop_assert!(closing.due_atoms >= state.terms.price_atoms().unwrap());
        prop_assert_eq!(state.finalize(None, window_end(&state)).err(), Some(RequestError::NotPosted));
        prop_assert_eq!(elapsed_seconds(state.settled_at, state.posted_at), 0);
    }
}

#[test]
fn codes_of_outcomes_round_trip_and_unknown_ones_are_refused() {
    let outcomes = [ChallengeOutcome::Lost, ChallengeOutcome::Proved, ChallengeOutcome::Moot];
    for (code, outcome) in (0..).zip(outcomes) {
        assert_eq!((ChallengeOutcome::from_code(code), outcome as u8), (Some(outcome), code));
    }
    assert!((3..=u8::MAX).all(|code| ChallengeOutcome::from_code(code).is_none()));
}
