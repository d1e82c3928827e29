//! What a dispute costs at most, against disputes that are played to their end.

use modchains_sdk::{
    bundle::GraphCost,
    core::{
        dispute::{Case, Game, Phase, Side, Verdict},
        provable::{Tensor, Trace},
        window::Moment,
    },
    provable::{Challenge, GraphTree, Move, TraceTree, answer},
};
use modchains_test_graphs::{Encoder, Model, sha256};
use modchains_test_seed::random;

use super::draft::{drawn, write};

const NOW: Moment = Moment { seconds: 1, slot: 1 };

/// Moves of operator and challenger in a dispute about a trace in which the last element of a node's output is wrong.
fn played(model: &Model, size: u32, input: &[u8], node: u32) -> [u32; 2] {
    let graph = model.graph();
    let nodes = graph.summary().nodes;
    let tensors: Vec<Tensor> = (0..nodes).map(|index| graph.tensor(index, size).unwrap()).collect();
    let right = model.interpreted(size, input);
    let mut wrong = right.clone();
    let end: u64 = tensors[..=node as usize].iter().map(Tensor::elements).sum();
    // Another element of the same kind.
    let place = &mut wrong[end as usize - 1];
    *place = if *place == 1 { 2 } else { 1 };
    let root = graph.root(sha256);
    let [right, wrong] = [&right, &wrong].map(|words| Trace::new(graph, size, words).unwrap());
    let output_tensor = tensors[nodes as usize - 1];
    let mut output = vec![0; output_tensor.elements() as usize * output_tensor.kind.bytes()];
    output_tensor.kind.encode(wrong.output(nodes - 1), &mut output);
    let [right, wrong] = [right, wrong].map(|trace| TraceTree::new(trace, tensors.clone(), root));
    let of_graph = GraphTree::new(graph, model);
    let mut challenge = Challenge::new(&of_graph, &right);
    let mut case = Case { graph: root, nodes, size, output: output_tensor, trace: [0; 32], grace_seconds: 0 };
    let mut game = Game::open(1_000, NOW);
    let (mut moves, mut shown) = ([0; 2], None);
    while let Some(side) = game.phase.to_move() {
        let next = match (side, shown.take()) {
            (Side::Operator, _) => answer(&game.phase, &wrong).unwrap(),
            (Side::Challenger, Some(Move::Reveal(reveal))) => challenge.pick(&game.phase, &reveal).unwrap(),
            (Side::Challenger, _) => challenge.prove(&game.phase).unwrap(),
        };
        moves[usize::from(side == Side::Challenger)] += 1;
        let applied = next.apply(&game, &case, [input, &output], NOW).unwrap();
        if side == Side::Operator {
            challenge.learn(&game.phase, &next);
        }
        (game, case) = applied;
        shown = Some(next);
    }
    assert!(matches!(game.phase, Phase::Over(Verdict::Unequal { .. })), "{:?}", game.phase);
    moves
}

/// The most moves over lies in some nodes, for the largest input.
fn most(model: &Model, nodes: impl Iterator<Item = u32>) -> [u32; 2] {
    let graph = model.graph();
    let size = graph.summary().sizes.max;
    let input = vec![0; graph.input_bytes(size) as usize];
    let played = nodes.map(|node| played(model, size, &input, node));
    played.fold([0; 2], |most, moves| [most[0].max(moves[0]), most[1].max(moves[1])])
}

#[test]
fn no_dispute_takes_more_moves_than_are_told() {
    let mut random = random();
    for model in drawn(6, &mut random) {
        let GraphCost { operator_moves, challenger_moves, .. } = write(&model).graph.cost();
        let nodes = model.records.len() as u64;
        let [operator, challenger] = most(&model, (0..4).map(|_| random.below(nodes) as u32));
        assert!(operator <= operator_moves && challenger <= challenger_moves);
    }
}

#[test]
fn an_encoders_worst_dispute_takes_as_many_moves_as_are_told() {
    // Rows of two pieces and more, and more than 16 nodes and rows.
    let encoder = Encoder { layers: 1, width: 104, heads: 2, hidden: 200, vocabulary: 30, tokens_max: 20 };
    let model = encoder.model(&mut random());
    let GraphCost { operator_moves, challenger_moves, .. } = write(&model).graph.cost();
    assert_eq!(most(&model, 0..model.records.len() as u32), [operator_moves, challenger_moves]);
}
