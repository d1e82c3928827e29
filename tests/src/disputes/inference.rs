use modchains_core::{
    dispute::Case,
    provable::{Graph, Tensor, Trace},
};
use modchains_sdk::provable::{Challenge, GraphTree, Move, TraceTree, answer};
use modchains_test_graphs::{Model, run};

use super::board::{Board, Ending, GRACE_SECONDS, HostBoard, play};

/// One inference: the model, its input, and what is right.
#[derive(Debug, Clone)]
pub struct Inference<'a> {
    /// What computes.
    pub model: &'a Model,
    /// The size of the input.
    pub size: u32,
    /// The input.
    pub input: Vec<u8>,
    /// All outputs that are right.
    pub right: Vec<u32>,
}

impl<'a> Inference<'a> {
    /// Runs the reference interpreter.
    pub fn new(model: &'a Model, size: u32, input: Vec<u8>) -> Self {
        let right = run(model, size, &input);
        Self { model, size, input, right }
    }

    /// The model without its weights.
    pub fn graph(&self) -> Graph<'a> {
        self.model.graph()
    }

    /// The shapes of all outputs.
    pub fn tensors(&self) -> Vec<Tensor> {
        let graph = self.graph();
        (0..graph.summary().nodes).map(|node| graph.tensor(node, self.size).unwrap()).collect()
    }

    /// The tree over what somebody says was computed.
    pub fn tree<'b>(&self, words: &'b [u32], graph_root: [u8; 32]) -> TraceTree<'b>
    where
        'a: 'b,
    {
        TraceTree::new(Trace::new(self.graph(), self.size, words).unwrap(), self.tensors(), graph_root)
    }

    /// The case of an operator who showed no root yet.
    pub fn case(&self, graph_root: [u8; 32]) -> Case {
        let tensors = self.tensors();
        Case {
            graph: graph_root,
            nodes: tensors.len() as u32,
            size: self.size,
            output: *tensors.last().unwrap(),
            trace: [0; 32],
            grace_seconds: GRACE_SECONDS,
        }
    }

    /// Bytes of the last output of what somebody says was computed.
    pub fn output(&self, words: &[u32]) -> Vec<u8> {
        let tensor = *self.tensors().last().unwrap();
        let words = &words[words.len() - tensor.elements() as usize..];
        let mut bytes = vec![0; words.len() * tensor.kind.bytes()];
        tensor.kind.encode(words, &mut bytes);
        bytes
    }

    /// A board for an operator who posted the last output of `claimed`.
    pub fn board(&self, claimed: &[u32]) -> HostBoard {
        let root = GraphTree::new(self.graph(), self.model).root();
        HostBoard::new(self.case(root), self.input.clone(), self.output(claimed))
    }

    /// An honest challenger against an operator whose trace is `claimed`, by the rules alone. None when nothing differs.
    pub fn challenge(&self, claimed: &[u32]) -> Option<Ending> {
        self.challenge_on(&mut self.board(claimed), claimed)
    }

    /// The same on a board.
    pub fn challenge_on(&self, board: &mut impl Board, claimed: &[u32]) -> Option<Ending> {
        let graph = GraphTree::new(self.graph(), self.model);
        let (operator, own) = (self.tree(claimed, graph.root()), self.tree(&self.right, graph.root()));
        let mut challenge = Challenge::new(&graph, &own);
        play(
            board,
            |phase| answer(phase, &operator),
            |phase, last| {
                if let Some((at, shown)) = last {
                    challenge.learn(at, shown);
                }
                match last {
                    Some((_, Move::Reveal(shown))) => challenge.pick(phase, shown),
                    _ => challenge.prove(phase),
                }
            },
        )
    }
}
