//! An honest operator wins, whatever the challenger does.

use modchains_core::{
    dispute::{Phase, Verdict},
    provable::commitment::empty,
};
use modchains_disputes::instructions::{DisputePickArgs, RevealArgs};
use modchains_sdk::provable::{Challenge, GraphTree, Move, answer};
use modchains_test_graphs::{convolutional, encoder, input, mixed, sha256};
use modchains_test_seed::{Random, is_long, random};
use modchains_tests::disputes::{Board, Ending, Inference, play};

/// A challenger who picks anything, and then shows what the element is computed from.
pub fn stray(board: &mut impl Board, inference: &Inference<'_>, random: &mut Random) -> Ending {
    let graph = GraphTree::new(inference.graph(), inference.model);
    let operator = inference.tree(&inference.right, graph.root());
    let mut challenge = Challenge::new(&graph, &operator);
    let ending = play(
        board,
        |phase| answer(phase, &operator),
        |phase, last| {
            if let Some((at, shown)) = last {
                challenge.learn(at, shown);
            }
            match last {
                Some((_, Move::Reveal(shown))) => Some(anywhere(phase, shown, inference.size, random)),
                _ => challenge.prove(phase),
            }
        },
    );
    ending.unwrap()
}

/// A pick of something that exists.
fn anywhere(phase: &Phase, shown: &RevealArgs, size: u32, random: &mut Random) -> Move {
    let count = match (phase, shown) {
        (Phase::Piece(piece), RevealArgs::Elements { bytes }) => {
            bytes.len() / piece.entered.output(size).unwrap().kind.bytes()
        }
        (_, RevealArgs::Pieces { pieces, next }) => pieces.len() + usize::from(next.is_some()),
        // Places after the last leaf hold nothing, and the first place always something.
        (_, RevealArgs::Nodes { nodes }) => nodes.iter().rposition(|node| is_filled(node)).map_or(1, |last| last + 1),
        _ => 1,
    };
    let index = random.below(count as u64) as u32;
    Move::Pick(DisputePickArgs { shown: shown.clone(), index })
}

fn is_filled(node: &[u8; 32]) -> bool {
    (0..8).all(|height| empty(sha256, height) != *node)
}

#[test]
fn every_element_of_an_honest_trace_is_found_equal() {
    let mut random = random();
    for number in 0..if is_long() { 10_000 } else { 600 } {
        let model = mixed(&mut random, number % 2 == 0);
        let sizes = model.graph().summary().sizes;
        let size = sizes.min + random.below(u64::from(sizes.max - sizes.min) + 1) as u32;
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        for _ in 0..2 {
            assert_eq!(stray(&mut inference.board(&inference.right), &inference, &mut random).verdict, Verdict::Equal);
        }
    }
    for (model, size) in [(encoder(&mut random), 12), (convolutional(&mut random), 1)] {
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        for _ in 0..60 {
            assert_eq!(stray(&mut inference.board(&inference.right), &inference, &mut random).verdict, Verdict::Equal);
        }
    }
}

#[test]
fn an_honest_challenger_finds_nothing_to_pick_of_an_honest_trace() {
    let mut random = random();
    for number in 0..40 {
        let model = mixed(&mut random, number % 2 == 0);
        let size = model.graph().summary().sizes.max;
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        assert_eq!(inference.challenge(&inference.right), None);
    }
}
