//! Two sides, a clock, and what each of them has computed.

use modchains_sdk::{
    core::{
        dispute::{Case, DisputeError, Game, Side, Stage, Verdict},
        provable::{Graph, Tensor, Trace},
        window::Moment,
    },
    provable::{Challenge, GraphTree, Move, TraceTree, answer},
};
use modchains_test_graphs::Model;

pub const CLOCK_SECONDS: u32 = 86_400;
pub const GRACE_SECONDS: u32 = 900;
pub const START: Moment = Moment { seconds: 1_700_000_000, slot: 1_000 };

/// One inference: the model, its input, and what is right.
pub struct Inference<'a> {
    pub model: &'a Model,
    pub size: u32,
    pub input: Vec<u8>,
    pub right: Vec<u32>,
}

/// How a game went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub verdict: Verdict,
    pub operator_moves: u32,
    pub challenger_moves: u32,
}

impl<'a> Inference<'a> {
    pub fn new(model: &'a Model, size: u32, input: Vec<u8>) -> Self {
        let right = modchains_test_graphs::run(model, size, &input);
        Self { model, size, input, right }
    }

    pub fn graph(&self) -> Graph<'a> {
        self.model.graph()
    }

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

    /// The case of an operator who posted the last output of `words` and showed no root yet.
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

    /// An honest challenger against an operator whose trace is `claimed`. None when he finds nothing to pick.
    pub fn challenge(&self, claimed: &[u32]) -> Option<Ending> {
        let graph = GraphTree::new(self.graph(), self.model);
        let (operator, own) = (self.tree(claimed, graph.root()), self.tree(&self.right, graph.root()));
        let mut challenge = Challenge::new(&graph, &own);
        let mut shown = None;
        self.play(
            claimed,
            graph.root(),
            |stage| answer(stage, &operator),
            |stage, last| {
                if let Some((at, shown_there)) = last {
                    challenge.learn(at, shown_there);
                    shown = Some(shown_there.clone());
                }
                if let Some(step) = challenge.prove(stage) {
                    return Some(step);
                }
                let Some(Move::Reveal(reveal)) = &shown else { return None };
                challenge.pick(stage, reveal)
            },
        )
    }

    /// A game in which both sides say what they like. None when the challenger does not move; an operator who does not move loses
    /// by its clock.
    pub fn play(
        &self,
        claimed: &[u32],
        graph_root: [u8; 32],
        mut operator: impl FnMut(&Stage) -> Option<Move>,
        mut challenger: impl FnMut(&Stage, Option<(&Stage, &Move)>) -> Option<Move>,
    ) -> Option<Ending> {
        let output = self.output(claimed);
        let both = [&self.input[..], &output[..]];
        let (mut case, mut game, mut now) = (self.case(graph_root), Game::open(CLOCK_SECONDS, START), START);
        let (mut operator_moves, mut challenger_moves) = (0, 0);
        let mut last: Option<(Stage, Move)> = None;
        while let Some(side) = game.stage.to_move() {
            now = Moment { seconds: now.seconds + 2, slot: now.slot + 5 };
            let step = match side {
                Side::Operator => operator(&game.stage),
                Side::Challenger => {
                    let before = last.take();
                    challenger(&game.stage, before.as_ref().map(|(stage, step)| (stage, step)))
                }
            };
            let Some(step) = step else {
                if side == Side::Challenger {
                    return None;
                }
                now.seconds += i64::from(CLOCK_SECONDS);
                now.slot += u64::from(CLOCK_SECONDS) * 3;
                game = game.time_out(now).unwrap();
                continue;
            };
            match step.apply(&game, &case, both, now) {
                Ok((next, next_case)) => {
                    *if side == Side::Operator { &mut operator_moves } else { &mut challenger_moves } += 1;
                    // Sent once more, it is refused.
                    assert!(step.apply(&next, &next_case, both, now).is_err(), "{step:?} twice");
                    if side == Side::Operator {
                        last = Some((game.stage, step));
                    }
                    (game, case) = (next, next_case);
                }
                Err(error) => {
                    assert_eq!(side, Side::Operator, "a challenger's move is refused: {error}, {step:?}, {game:?}");
                    assert!(is_disproved(error), "{error}");
                    now.seconds += i64::from(CLOCK_SECONDS);
                    now.slot += u64::from(CLOCK_SECONDS) * 3;
                    game = game.time_out(now).unwrap();
                }
            }
        }
        let Stage::Over(verdict) = game.stage else { unreachable!() };
        Some(Ending { verdict, operator_moves, challenger_moves })
    }
}

/// Whether an operator's move is refused because its trace is none.
const fn is_disproved(error: DisputeError) -> bool {
    use DisputeError::{
        NodeCount, NodesUnproven, OutputLength, PaddingNotEmpty, PieceCount, PieceLength, PieceUnproven, TraceUnproven,
    };
    matches!(
        error,
        NodeCount
            | NodesUnproven
            | OutputLength
            | PaddingNotEmpty
            | PieceCount
            | PieceLength
            | PieceUnproven
            | TraceUnproven
    )
}
