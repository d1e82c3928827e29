//! What a liar and its puppets get back: operator, challengers and requester may be one person.

use modchains_core::{
    bond::Forfeit,
    request::{ChallengeOutcome, OperatorKey, RequestState, RequestTerms},
};
use proptest::prelude::*;

use super::{at, challenged, posted, provable_terms};

/// A challenge: whether a puppet opened it, and whether it loses before the proof.
#[derive(Debug, Clone, Copy)]
struct Challenger {
    is_puppet: bool,
    has_lost: bool,
}

/// What a coalition has more after the end of a request than before it, in atoms, and what the sink got.
#[derive(Debug, Default)]
struct Account {
    coalition: i128,
    sink: i128,
}

fn key(index: usize) -> OperatorKey {
    [20 + index as u8; 32]
}

fn challengers() -> impl Strategy<Value = Vec<Challenger>> {
    let challenger = (any::<bool>(), any::<bool>());
    let challenger = challenger.prop_map(|(is_puppet, has_lost)| Challenger { is_puppet, has_lost });
    prop::collection::vec(challenger, 1..8)
}

fn opened(terms: &RequestTerms, challengers: &[Challenger]) -> RequestState {
    let (fresh, seen) = (posted(terms, 0), terms.created_at_seconds);
    let open = |state: RequestState, index| state.open_challenge(&key(index), seen, None, fresh.posted_at);
    (0..challengers.len()).try_fold(fresh, open).unwrap()
}

/// Plays a result of the coalition's operator to its end: every challenge is settled, the one of number `proof`, if any, as the
/// one that landed the proof.
fn play(terms: &RequestTerms, challengers: &[Challenger], proof: Option<usize>) -> Account {
    let (seen, mut state) = (terms.created_at_seconds, opened(terms, challengers));
    let mut account = Account::default();
    if proof.is_some() {
        let overturn = state.overturn(seen, state.posted_at).unwrap();
        account.coalition -= i128::from(terms.result_bond_atoms);
        account.sink += i128::from(overturn.forfeit.sink_atoms);
        state = overturn.next;
    }
    for (number, challenger) in challengers.iter().enumerate() {
        let outcome = match proof {
            Some(proof) if proof == number => ChallengeOutcome::Proved,
            Some(_) if !challenger.has_lost => ChallengeOutcome::Moot,
            _ => ChallengeOutcome::Lost,
        };
        let settled = state.settle_challenge(&key(number), seen, number as u32, outcome).unwrap();
        let Forfeit { sink_atoms, winner_atoms } = settled.forfeit;
        // The winner of a lost challenge is the coalition's operator.
        account.coalition += i128::from(winner_atoms);
        account.sink += i128::from(sink_atoms);
        if challenger.is_puppet {
            account.coalition += i128::from(settled.stipend_atoms) - i128::from(sink_atoms + winner_atoms);
        }
        state = settled.next;
    }
    if let Some((number, challenger)) = state.earliest
        && let Ok(reward) = state.claim_reward(&challenger, state.posted_at)
    {
        let is_puppet = challengers[number as usize].is_puppet;
        account.coalition += if is_puppet { i128::from(reward.reward_atoms) } else { 0 };
    }
    account
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    /// A lie that is found out costs at least the sink's half, whoever the challengers are: creator, only staker and requester may
    /// be the same person, who gets nothing of a forfeited bond by any of these names.
    #[test]
    fn puppets_recover_less_than_what_is_forfeited_beside_the_sinks_half(
        terms in provable_terms(), challengers in challengers(), proof in any::<prop::sample::Index>(),
    ) {
        let proof = proof.index(challengers.len());
        let account = play(&terms, &challengers, Some(proof));
        let honest_losses: u64 = challengers
            .iter()
            .enumerate()
            .filter(|(number, challenger)| *number != proof && challenger.has_lost && !challenger.is_puppet)
            .map(|_| Forfeit::of(terms.proof.unwrap().challenge_bond_atoms).winner_atoms)
            .sum();
        let sink = i128::from(Forfeit::of(terms.result_bond_atoms).sink_atoms);
        prop_assert!(account.coalition <= -sink + i128::from(honest_losses), "{account:?}");
        prop_assert!(account.sink >= sink);
    }

    #[test]
    fn challenging_oneself_never_gains(terms in provable_terms(), count in 1usize..8) {
        let puppets = vec![Challenger { is_puppet: true, has_lost: true }; count];
        let account = play(&terms, &puppets, None);
        let each = Forfeit::of(terms.proof.unwrap().challenge_bond_atoms).sink_atoms;
        prop_assert_eq!(account.coalition, -i128::from(each) * count as i128);
        prop_assert_eq!(account.sink, -account.coalition);
    }

    /// Racing an honest proof: a puppet that opened later and lands the proof first gets the stipend and no more.
    #[test]
    fn a_late_puppet_gets_at_most_what_a_dispute_costs(terms in provable_terms(), late in 1usize..6) {
        let honest = Challenger { is_puppet: false, has_lost: false };
        let puppets = vec![Challenger { is_puppet: true, has_lost: false }; late];
        let all: Vec<_> = [honest].into_iter().chain(puppets).collect();
        let account = play(&terms, &all, Some(late));
        let stipend = i128::from(terms.proof.unwrap().stipend_atoms);
        prop_assert_eq!(account.coalition, stipend - i128::from(terms.result_bond_atoms));
    }

    /// An early puppet that would shield a lie has to lose for it: half of its bond each time, and the lie is open still.
    #[test]
    fn a_shield_costs_half_a_bond_and_protects_nothing(terms in provable_terms(), count in 1u32..8) {
        let state = challenged(&posted(&terms, 0), count);
        let seen = terms.created_at_seconds;
        let lost = (0..count).fold(state, |state, number| {
            state.settle_challenge(&super::CHALLENGER, seen, number, ChallengeOutcome::Lost).unwrap().next
        });
        let honest = lost.open_challenge(&super::STRANGER, seen, None, at(lost.posted_at.seconds)).unwrap();
        prop_assert!(honest.overturn(seen, honest.posted_at).is_ok());
    }
}
