//! An honest operator never loses.

use std::collections::BTreeMap;

use modchains_sdk::core::dispute::{Side, Verdict};
use modchains_test_seed::{Random, is_long, random};

use super::{
    arena::{Arena, Challenger, Defender, Seat},
    challengers::Troublemaker,
    inference::inferences,
    liars::{LIES, lied},
};

#[test]
fn an_honest_operator_never_loses() {
    let mut random = random();
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = 0;
    for inference in inferences(if is_long() { 960 } else { 48 }, &mut random) {
        let own = inference.tree(&inference.words);
        // All games are about the one result, so all are bound to the one root.
        let mut arena = Arena::new(&inference, inference.posted(&inference.words));
        for lie in LIES.iter().cycle().take(3 * LIES.len()) {
            let words = lied(&inference, *lie, &mut random);
            let theirs = inference.tree(&words);
            let mut challenger = Troublemaker {
                after: if random.chance(4) { random.below(20) as usize } else { 400 },
                concedes: random.chance(2),
                one_in: [2, 4, 1_000][random.below(3) as usize],
                random: Random(random.next()),
            };
            let challenger = Seat { player: &mut challenger, own: &theirs };
            let report = arena.play(Seat { player: &mut Defender, own: &own }, challenger, &mut random);
            assert_eq!(report.verdict.loser(), Side::Challenger, "{lie:?}: {:?}", report.verdict);
            refused += report.refused;
            *verdicts.entry(name(&report.verdict)).or_default() += 1;
        }
    }
    println!("{refused} moves refused, {verdicts:?}");
    assert!(verdicts.len() == 3 && verdicts["equal"] > 400 && refused > 1_000, "{refused} refused, {verdicts:?}");
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "equal",
        Verdict::Unequal { .. } => "unequal",
        Verdict::WeightsUnlawful => "weights",
        Verdict::Silent { .. } => "silent",
        Verdict::Conceded { .. } => "conceded",
    }
}

#[test]
fn every_element_of_a_true_trace_is_found_equal() {
    let mut random = random();
    for inference in inferences(if is_long() { 1_440 } else { 72 }, &mut random) {
        let own = inference.tree(&inference.words);
        for _ in 0..6 {
            // The challenger says that this element is another one, and brings all that it is computed from.
            let mut words = inference.words.clone();
            let place = random.below(words.len() as u64) as usize;
            words[place] ^= 1;
            let theirs = inference.tree(&words);
            let operator = Seat { player: &mut Defender, own: &own };
            let challenger = Seat { player: &mut Challenger, own: &theirs };
            let report =
                Arena::new(&inference, inference.posted(&inference.words)).play(operator, challenger, &mut random);
            assert_eq!((report.verdict, report.refused), (Verdict::Equal, 0));
        }
    }
}

#[test]
fn a_challenger_of_a_true_trace_concedes_at_once() {
    let mut random = random();
    for inference in inferences(24, &mut random) {
        let own = inference.tree(&inference.words);
        let operator = Seat { player: &mut Defender, own: &own };
        let challenger = Seat { player: &mut Challenger, own: &own };
        let report = Arena::new(&inference, inference.posted(&inference.words)).play(operator, challenger, &mut random);
        assert_eq!(report.verdict, Verdict::Conceded { side: Side::Challenger });
        assert_eq!(report.moves[1], 1);
    }
}
