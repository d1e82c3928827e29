//! Many liars and many challengers at once: what capital the honest side needs.

use modchains_core::{
    bond::{BondTerms, CHALLENGE_COST_MULTIPLE, CHALLENGE_DIVISOR, ChallengeTerms},
    fees::USAGE_FEE_SPLIT_DEFAULT,
    numeric_class::NumericClass,
    request::{ChallengeOutcome, OperatorKey, ProofTerms, RequestState, RequestTerms},
    window::Moment,
};

use super::{CHALLENGER, OPERATOR, at, posted};

const FEE_ATOMS: u64 = 1_000;
/// What a public cluster gets: bonds of four fees at least and of sixteen disputes.
const BOND: BondTerms = BondTerms { min_bond_atoms: 100_000, bond_multiple_bps: 40_000, detection_bps: 5_000 };
const CHALLENGE: ChallengeTerms = ChallengeTerms { dispute_cost_atoms: 5_000, bond_max_atoms: 5_000_000 };
const WINDOW_SECONDS: u32 = 6 * 3_600;

fn terms(value_at_risk_atoms: u64) -> RequestTerms {
    let result_bond_atoms = BOND.required_bond(FEE_ATOMS, value_at_risk_atoms).unwrap();
    RequestTerms {
        fee_atoms: FEE_ATOMS,
        tip_atoms: 0,
        claim_bond_atoms: 1,
        result_bond_atoms,
        created_at_seconds: 1_000_000,
        deadline_seconds: 1_003_600,
        claim_seconds: 120,
        challenge_window_seconds: WINDOW_SECONDS,
        split: USAGE_FEE_SPLIT_DEFAULT,
        input_bytes: 1,
        output_bytes_max: 1,
        numeric_class: NumericClass::Rounded,
        proof: Some(ProofTerms {
            judge_version: 1,
            size: 1,
            attestations: 1,
            challenge_bond_atoms: CHALLENGE.bond(result_bond_atoms, FEE_ATOMS).unwrap(),
            stipend_atoms: CHALLENGE.stipend(result_bond_atoms),
            clock_seconds: 24 * 3_600,
            grace_seconds: 15 * 60,
        }),
    }
}

/// What everybody has locked at the worst moment, in atoms.
#[derive(Debug, PartialEq, Eq)]
struct Locked {
    liars: u64,
    watcher: u64,
    honest_operator: u64,
    /// Lies that became final.
    missed: usize,
}

/// `lies` wrong results of one operator at once, against one watcher that has the capital of `at_once` challenges. A game takes
/// `game_seconds`. When a lie is proved, its challenge's bond is free for the next.
fn liars(lies: usize, at_once: usize, game_seconds: u64) -> Locked {
    let terms = terms(0);
    let (seen, bond) = (terms.created_at_seconds, terms.proof.unwrap().challenge_bond_atoms);
    let mut waiting: Vec<RequestState> = vec![posted(&terms, 0); lies];
    let start = waiting[0].posted_at.seconds;
    let (mut elapsed, mut convicted_at, mut worst, mut missed) = (0, None::<Moment>, 0, 0);
    while !waiting.is_empty() {
        let now = at(start + elapsed as i64);
        let batch: Vec<RequestState> = waiting.drain(..at_once.min(waiting.len())).collect();
        let open: Vec<RequestState> =
            batch.iter().map(|state| state.open_challenge(&CHALLENGER, seen, convicted_at, now).unwrap()).collect();
        worst = worst.max(open.len() as u64 * bond);
        elapsed += game_seconds;
        // Whatever can be made final before the proof the liar makes final.
        let before = waiting.len();
        waiting.retain(|state| state.finalize(convicted_at, at(start + elapsed as i64 - 1)).is_err());
        missed += before - waiting.len();
        let proof = at(start + elapsed as i64);
        for state in open {
            let overturned = state.overturn(seen, proof).unwrap().next;
            overturned.settle_challenge(&CHALLENGER, seen, 0, ChallengeOutcome::Proved).unwrap();
            convicted_at = Some(proof);
        }
    }
    let liars = lies as u64 * terms.result_bond_atoms;
    Locked { liars, watcher: worst, honest_operator: 0, missed }
}

/// A right result with `challengers` against it, who all lose.
fn crowd(challengers: u64) -> (Locked, i128) {
    let terms = terms(0);
    let (seen, bond) = (terms.created_at_seconds, terms.proof.unwrap().challenge_bond_atoms);
    let fresh = posted(&terms, 0);
    let key = |index: u64| -> OperatorKey { [100 + index as u8; 32] };
    let open = |state: RequestState, index| state.open_challenge(&key(index), seen, None, fresh.posted_at);
    let mut state = (0..challengers).try_fold(fresh, open).unwrap();
    assert!(state.is_operator(&OPERATOR));
    let mut earned = 0;
    for number in 0..challengers {
        let lost = state.settle_challenge(&key(number), seen, number as u32, ChallengeOutcome::Lost).unwrap();
        earned += i128::from(lost.forfeit.winner_atoms);
        state = lost.next;
    }
    let locked = Locked { liars: challengers * bond, watcher: 0, honest_operator: terms.result_bond_atoms, missed: 0 };
    (locked, earned)
}

/// Lies of one operator can be proved one after the other with the capital of a single challenge: each conviction keeps the
/// others open for another window.
#[test]
fn the_capital_of_one_challenge_convicts_any_number_of_lies_of_one_operator() {
    for (lies, game_seconds) in [(1, 3_600), (10, 3_600), (100, 3_600), (100, u64::from(WINDOW_SECONDS) - 1)] {
        let locked = liars(lies, 1, game_seconds);
        println!("{lies} lies, games of {game_seconds} s, one at a time: {locked:?}");
        assert_eq!((locked.missed, locked.watcher), (0, 25_000));
        assert_eq!(locked.liars, 100_000 * lies as u64);
    }
    // Lies under other keys have to be challenged at once: a quarter of what they lock.
    for lies in [1, 10, 100] {
        let locked = liars(lies, lies, u64::from(WINDOW_SECONDS) * 9);
        println!("{lies} lies of {lies} operators: {locked:?}");
        assert_eq!((locked.missed, locked.liars), (0, CHALLENGE_DIVISOR * locked.watcher));
    }
}

/// What the second window is worth: where a game outlasts it, the capital of one challenge convicts one lie alone.
#[test]
fn games_that_outlast_a_window_cannot_be_played_one_after_the_other() {
    assert_eq!(liars(100, 1, u64::from(WINDOW_SECONDS) + 1).missed, 99);
}

/// Any number of challengers locks no atom more of whoever is right, who is paid half of their bonds.
#[test]
fn a_crowd_of_challengers_locks_nothing_of_an_honest_operator() {
    for challengers in [1, 10, 100] {
        let (locked, earned) = crowd(challengers);
        println!("{challengers} challengers of a right result: {locked:?}, it earns {earned}");
        assert_eq!((locked.honest_operator, locked.liars), (100_000, 25_000 * challengers));
        assert_eq!(earned, 12_500 * i128::from(challengers));
    }
}

/// The bond of a challenge never exceeds a quarter of the result's where that is four fees and sixteen disputes, and the mint's
/// cap whatever the requester says.
#[test]
fn nobody_is_priced_out_of_a_challenge() {
    for value_at_risk_atoms in [0, 10_000, 1_000_000, 1 << 40] {
        let terms = terms(value_at_risk_atoms);
        let challenge = terms.proof.unwrap().challenge_bond_atoms;
        println!("value at risk {value_at_risk_atoms}: bond {}, challenge {challenge}", terms.result_bond_atoms);
        assert!(challenge <= terms.result_bond_atoms.div_ceil(CHALLENGE_DIVISOR).min(CHALLENGE.bond_max_atoms));
        assert!(challenge >= CHALLENGE_COST_MULTIPLE * CHALLENGE.dispute_cost_atoms && challenge >= FEE_ATOMS);
    }
}
