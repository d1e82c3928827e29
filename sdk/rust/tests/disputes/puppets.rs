//! Puppets that lose on purpose change nothing: a lost challenge ends only itself.

use modchains_sdk::core::dispute::{Side, Verdict};
use modchains_test_seed::{Random, is_long, random};

use super::{
    arena::{Arena, Challenger, Defender, Seat},
    challengers::Troublemaker,
    inference::inferences,
    liars::{LIES, lied},
};

#[test]
fn a_false_trace_is_convicted_however_many_challenges_of_it_were_lost() {
    let mut random = random();
    let (mut lost, mut games) = (0, 0);
    for inference in inferences(if is_long() { 480 } else { 24 }, &mut random) {
        let own = inference.tree(&inference.words);
        for lie in LIES {
            let words = lied(&inference, lie, &mut random);
            if words == inference.words {
                continue;
            }
            let theirs = inference.tree(&words);
            let mut arena = Arena::new(&inference, inference.posted(&words));
            for _ in 0..3 {
                // A puppet leads to an element that agrees with the rest of the false trace.
                let mut elsewhere = words.clone();
                let place = random.below(words.len() as u64) as usize;
                elsewhere[place] ^= 1;
                let puppet = inference.tree(&elsewhere);
                let mut player = Troublemaker {
                    after: if random.chance(3) { random.below(9) as usize } else { 400 },
                    concedes: random.chance(2),
                    one_in: 1_000,
                    random: Random(random.next()),
                };
                let challenger = Seat { player: &mut player, own: &puppet };
                let report = arena.play(Seat { player: &mut Defender, own: &theirs }, challenger, &mut random);
                lost += usize::from(report.verdict.loser() == Side::Challenger);
            }
            let operator = Seat { player: &mut Defender, own: &theirs };
            let report = arena.play(operator, Seat { player: &mut Challenger, own: &own }, &mut random);
            assert!(matches!(report.verdict, Verdict::Unequal { .. }), "{lie:?}: {:?}", report.verdict);
            games += 1;
        }
    }
    assert!(games > 120 && lost > 2 * games, "{games} games, {lost} lost before them");
}
