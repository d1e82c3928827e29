use modchains_core::dispute::{Phase, Side};
use modchains_sdk::provable::{Challenge, GraphTree, Move, answer};
use solana_instruction::Instruction;

use super::{board::Board, inference::Inference, on_chain::ChainBoard};

/// Plays a game of an honest challenger against an operator whose trace is `claimed`, up to the move that is looked for; gives
/// that as an instruction that was not sent.
pub fn play_until(
    board: &mut ChainBoard<'_>,
    inference: &Inference<'_>,
    claimed: &[u32],
    is_looked_for: impl Fn(&Move) -> bool,
) -> Instruction {
    let graph = GraphTree::new(inference.graph(), inference.model);
    let (operator, own) = (inference.tree(claimed, graph.root()), inference.tree(&inference.right, graph.root()));
    let mut challenge = Challenge::new(&graph, &own);
    let mut last: Option<(Phase, Move)> = None;
    loop {
        let phase = board.phase();
        let side = phase.to_move().expect("the game goes on until that move");
        let step = match (side, last.take()) {
            (Side::Operator, _) => answer(&phase, &operator),
            (Side::Challenger, Some((_, Move::Reveal(shown)))) => challenge.pick(&phase, &shown),
            (Side::Challenger, _) => challenge.prove(&phase),
        };
        let step = step.expect("there is a move");
        if is_looked_for(&step) {
            return board.instruction(side, &step);
        }
        board.make(side, &step).expect("the move is made");
        if side == Side::Operator {
            challenge.learn(&phase, &step);
            last = Some((phase, step));
        }
    }
}
