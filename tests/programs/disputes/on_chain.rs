//! Games on the compiled programs, with their money.

use modchains_core::{
    dispute::{Phase, Side as Mover, Verdict},
    request::RequestStatus,
};
use modchains_test_graphs::{convolutional, encoder, input, mixed};
use modchains_test_seed::{is_long, random};
use modchains_tests::{
    disputes::{Board, ChainBoard, Inference},
    world::{Side, World},
};

use super::{
    honest::stray,
    lies::{another, any_size},
};

/// Inputs and outputs that fit a request.
fn fits(inference: &Inference<'_>) -> bool {
    inference.input.len() <= 565 && inference.output(&inference.right).len() <= 824
}

#[test]
fn a_lie_in_any_node_is_overturned_on_the_chain() {
    let mut random = random();
    let ready = World::ready();
    for number in 0..if is_long() { 60 } else { 6 } {
        let model = match number {
            0 => convolutional(&mut random),
            1 => encoder(&mut random),
            _ => mixed(&mut random, number % 2 == 0),
        };
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        if !fits(&inference) {
            continue;
        }
        let mut start = 0;
        for (node, tensor) in inference.tensors().into_iter().enumerate() {
            let at = start + random.below(tensor.elements()) as usize;
            start += tensor.elements() as usize;
            let mut claimed = inference.right.clone();
            claimed[at] = another(tensor.kind, claimed[at]);
            let mut world = ready.clone();
            let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
            let ending = inference.challenge_on(&mut board, &claimed).unwrap();
            assert_eq!(ending.verdict, Verdict::Unequal { word: inference.right[at] }, "node {node}");
            let settle = board.disputed.settle();
            world.chain.must(&[settle]);
            assert_eq!(world.request_state(Side::A, 1).status, RequestStatus::Overturned as u8);
        }
    }
}

#[test]
fn an_honest_operator_wins_on_the_chain_against_whoever_picks_anything() {
    let mut random = random();
    let ready = World::ready();
    for number in 0..if is_long() { 500 } else { 25 } {
        let model = mixed(&mut random, number % 2 == 0);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        if !fits(&inference) {
            continue;
        }
        let mut world = ready.clone();
        let mut board = ChainBoard::open(&mut world, Side::A, &inference, &inference.right);
        let case = board.case();
        assert_eq!(
            case,
            modchains_core::dispute::Case { grace_seconds: case.grace_seconds, ..inference.case(case.graph) }
        );
        assert_eq!(stray(&mut board, &inference, &mut random).verdict, Verdict::Equal);
        let settle = board.disputed.settle();
        world.chain.must(&[settle]);
        assert_eq!(world.request_state(Side::A, 1).status, RequestStatus::Posted as u8);
    }
}

#[test]
fn what_the_program_keeps_is_what_the_rules_say() {
    let mut random = random();
    let model = encoder(&mut random);
    let inference = Inference::new(&model, 12, input(&model, 12, &mut random));
    let mut claimed = inference.right.clone();
    let middle = claimed.len() / 2;
    claimed[middle] ^= 1;
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let mut host = inference.board(&claimed);
    let ending = inference.challenge_on(&mut board, &claimed).unwrap();
    assert_eq!(inference.challenge_on(&mut host, &claimed), Some(ending));
    assert_eq!(board.phase(), Phase::Over(ending.verdict));
    let operator = board.made.iter().filter(|(mover, ..)| *mover == Mover::Operator).count();
    assert_eq!(operator as u32, ending.operator_moves);
}
