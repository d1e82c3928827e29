//! What the program makes of evidence is what the interpreter computes.

use std::collections::BTreeMap;

use modchains_core::{
    dispute::{Clocks, Entered, Evidence, Game, Operand, Phase, Side as Mover, Verdict},
    provable::Tensor,
    rounded::Wide,
};
use modchains_disputes::state::Dispute;
use modchains_sdk::provable::{Challenge, GraphTree, answer};
use modchains_test_graphs::{convolutional, encoder, input, mixed};
use modchains_test_seed::{Random, is_long, random};
use modchains_tests::{
    disputes::{Board, ChainBoard, Inference},
    world::{CLOCK_SECONDS, Side, World},
};

use super::lies::any_size;

/// The game at the start of the evidence for an element, all of whose inputs have known shapes.
fn evidence(inference: &Inference<'_>, tensors: &[Tensor], node: u32, row: u32, column: u32, claimed: u32) -> Phase {
    let record = inference.model.records[node as usize];
    let mut inputs = [None; 3];
    for (place, index) in inputs.iter_mut().zip(record.inputs()) {
        *place = Some(tensors[*index as usize]);
    }
    let entered = Entered { node, record: record.encode() };
    let operands = [Operand::Unknown; 2];
    Phase::Evidence(Evidence { entered, row, column, claimed, inputs, operands, state: Wide::ZERO, taken: 0 })
}

/// Puts a game where it would stand.
pub fn put(board: &mut ChainBoard<'_>, phase: Phase) {
    let address = board.disputed.dispute;
    let mut dispute: Dispute = board.world.chain.state(&address);
    let moment = board.world.chain.moment();
    dispute.set_game(&Game { clocks: Clocks::start(CLOCK_SECONDS, moment), phase }).unwrap();
    let mut account = board.world.chain.raw(&address).unwrap();
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&dispute));
    board.world.chain.svm.set_account(address, account).unwrap();
}

/// Elements of one inference, a number of each node.
fn judge(world: &World, inference: &Inference<'_>, each: u32, random: &mut Random, counts: &mut BTreeMap<u8, u32>) {
    let mut world = world.clone();
    let mut board = ChainBoard::open(&mut world, Side::A, inference, &inference.right);
    let graph = GraphTree::new(inference.graph(), inference.model);
    let own = inference.tree(&inference.right, graph.root());
    // The operator is bound to its trace, and then the game is put where it is looked at.
    let trace = answer(&Phase::Trace, &own).unwrap();
    board.make(Mover::Operator, &trace).unwrap();
    let challenge = Challenge::new(&graph, &own);
    let tensors = inference.tensors();
    let mut start = 0;
    for (node, tensor) in (0..).zip(&tensors) {
        for _ in 0..each {
            let at = random.below(tensor.elements()) as u32;
            let (row, column) = (at / tensor.columns, at % tensor.columns);
            let claimed = inference.right[start + at as usize];
            put(&mut board, evidence(inference, &tensors, node, row, column, claimed));
            while let Some(step) = challenge.prove(&board.phase()) {
                board.make(Mover::Challenger, &step).unwrap_or_else(|error| panic!("{error}: node {node}, {step:?}"));
            }
            assert_eq!(board.phase(), Phase::Over(Verdict::Equal), "node {node} at {row}, {column}");
            *counts.entry(inference.model.records[node as usize].encode()[0]).or_default() += 1;
        }
        start += tensor.elements() as usize;
    }
}

#[test]
fn the_program_finds_ten_thousand_elements_of_all_operations_as_the_interpreter_does() {
    let mut random = random();
    let ready = World::ready();
    let mut counts = BTreeMap::new();
    let wanted = if is_long() { 100_000 } else { 10_000 };
    for (model, size) in [(encoder(&mut random), 12), (convolutional(&mut random), 1)] {
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        judge(&ready, &inference, 20, &mut random, &mut counts);
    }
    let mut number = 0;
    while counts.values().sum::<u32>() < wanted || counts.len() < 31 {
        number += 1;
        let model = mixed(&mut random, number % 2 == 0);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        if inference.input.len() <= 565 && inference.output(&inference.right).len() <= 824 {
            judge(&ready, &inference, 12, &mut random, &mut counts);
        }
    }
    println!("{counts:?}");
}
