//! Every lie loses against an honest challenger.

use std::collections::BTreeMap;

use modchains_sdk::core::{
    dispute::{Side, Verdict},
    provable::ElementKind,
};
use modchains_test_seed::{Random, is_long, random};

use super::{
    arena::{Arena, Challenger, Defender, Report, Seat},
    inference::{Inference, inferences},
    liars::{LIES, MALFORMED, Malformer, Stops, lied},
    recompute::Recompute,
};

fn rounds(count: usize) -> usize {
    if is_long() { count * 20 } else { count }
}

/// A game between the rules about a trace that is not right.
fn against(inference: &Inference, words: &[u32], random: &mut Random) -> Report {
    let (own, theirs) = (inference.tree(&inference.words), inference.tree(words));
    assert_ne!(own.root(), theirs.root());
    let operator = Seat { player: &mut Defender, own: &theirs };
    let challenger = Seat { player: &mut Challenger, own: &own };
    Arena::new(inference, inference.posted(words)).play(operator, challenger, random)
}

/// A word next to another of the kind.
fn beside(kind: ElementKind, word: u32) -> u32 {
    match kind {
        ElementKind::Int8 => i32::from((word as i8).wrapping_add(1)).cast_unsigned(),
        ElementKind::Float | ElementKind::Int32 => word ^ 1,
    }
}

#[test]
fn an_element_changed_in_any_node_convicts_with_the_right_element() {
    let mut random = random();
    let (mut games, mut moves) = (0, [0; 2]);
    for inference in inferences(rounds(60), &mut random) {
        for node in 0..inference.nodes() {
            let tensor = inference.tensor(node);
            let at = Recompute::new(&inference).start(node) + random.below(tensor.elements()) as usize;
            let right = inference.words[at];
            let mut lies = vec![beside(tensor.kind, right)];
            if tensor.kind == ElementKind::Float {
                // Patterns that are no values convict like any other.
                lies.push([0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 1 << 31][random.below(4) as usize]);
            }
            for lie in lies.into_iter().filter(|lie| *lie != right) {
                let mut words = inference.words.clone();
                words[at] = lie;
                let report = against(&inference, &words, &mut random);
                assert_eq!(report.verdict, Verdict::Unequal { word: right }, "node {node}");
                assert_eq!(report.refused, 0, "node {node}");
                moves = [0, 1].map(|side| moves[side].max(report.moves[side]));
                games += 1;
            }
        }
    }
    println!("{games} games, at most {moves:?} moves a side");
    assert!(games > 700, "{games} games");
}

#[test]
fn an_honest_challenger_convicts_every_false_trace() {
    let mut random = random();
    let mut games: BTreeMap<String, usize> = BTreeMap::new();
    for inference in inferences(rounds(48), &mut random) {
        for lie in LIES.iter().cycle().take(3 * LIES.len()) {
            let words = lied(&inference, *lie, &mut random);
            if words == inference.words {
                continue;
            }
            let report = against(&inference, &words, &mut random);
            assert!(matches!(report.verdict, Verdict::Unequal { .. }), "{lie:?}: {:?}", report.verdict);
            assert_eq!(report.refused, 0, "{lie:?}");
            *games.entry(format!("{lie:?}")).or_default() += 1;
        }
    }
    println!("{games:?}");
    assert!(games.len() == LIES.len() && games.values().all(|games| *games > 20), "{games:?}");
}

#[test]
fn an_honest_challenger_beats_trees_that_no_trace_has() {
    let mut random = random();
    let mut games = 0;
    for inference in inferences(rounds(48), &mut random) {
        let own = inference.tree(&inference.words);
        for malformed in MALFORMED.iter().cycle().take(3 * MALFORMED.len()) {
            // On top of what is wrong with the tree, what is in it may be wrong too.
            let lie = LIES[random.below(LIES.len() as u64) as usize];
            let words = if random.chance(2) { inference.words.clone() } else { lied(&inference, lie, &mut random) };
            let mut operator = Malformer::new(&inference, &words, *malformed, &mut random);
            if operator.root() == own.leaves().root() {
                continue;
            }
            let theirs = inference.tree(&words);
            let operator = Seat { player: &mut operator, own: &theirs };
            let challenger = Seat { player: &mut Challenger, own: &own };
            let report = Arena::new(&inference, inference.posted(&words)).play(operator, challenger, &mut random);
            assert_eq!(report.verdict.loser(), Side::Operator, "{malformed:?}, {lie:?}: {:?}", report.verdict);
            games += 1;
        }
    }
    assert!(games > 400, "{games} games");
}

#[test]
fn an_operator_who_stops_loses_wherever_it_stops() {
    let mut random = random();
    for inference in inferences(24, &mut random) {
        let own = inference.tree(&inference.words);
        let words = lied(&inference, LIES[0], &mut random);
        let theirs = inference.tree(&words);
        if own.root() == theirs.root() {
            continue;
        }
        for concedes in [false, true] {
            let mut arena = Arena::new(&inference, inference.posted(&words));
            for after in 0.. {
                let mut operator = Stops { after, concedes };
                let operator = Seat { player: &mut operator, own: &theirs };
                let report = arena.play(operator, Seat { player: &mut Challenger, own: &own }, &mut random);
                if matches!(report.verdict, Verdict::Unequal { .. }) {
                    break;
                }
                let side = Side::Operator;
                let expected = if concedes { Verdict::Conceded { side } } else { Verdict::Silent { side } };
                assert_eq!(report.verdict, expected);
            }
        }
    }
}
