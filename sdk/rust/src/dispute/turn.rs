use modchains_core::{dispute::Side, provable::Weights};
use solana_instruction::Instruction;

use super::{
    rules::{Decision, Obstacle, Rule, challenge, defend},
    seen::Seen,
    table::Table,
};
use crate::{
    Pubkey,
    instruction::{
        budget::{compute_limit, compute_price},
        disputes::Disputed,
    },
    pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes},
    provable::Move,
};

/// More moves than a turn of any graph has: the most evidence, and what names it.
const MOVES_MAX: usize = 512;
/// Most moves in one transaction. One takes less than an eighth of what a transaction may compute.
const MOVES_PER_TRANSACTION: usize = 8;

/// A side in a dispute.
#[derive(Debug, Clone, Copy)]
pub enum Player<'a> {
    /// Whoever posted the result.
    Operator,
    /// Whoever says that it is wrong, and has seen this of the operator.
    Challenger(&'a Seen),
}

impl Player<'_> {
    const fn side(self) -> Side {
        match self {
            Self::Operator => Side::Operator,
            Self::Challenger(_) => Side::Challenger,
        }
    }

    fn decide<W: Weights>(self, table: &Table<'_, W>) -> Result<Decision, Obstacle> {
        match self {
            Self::Operator => defend(table),
            Self::Challenger(seen) => challenge(table, seen),
        }
    }
}

/// All moves that a side makes until the other one is to move, or the game is over, each with its reason. None when it has to
/// wait. `both` are the request's input and output.
///
/// # Errors
/// When its first move cannot be decided.
pub fn turn<W: Weights>(
    table: &Table<'_, W>,
    player: Player<'_>,
    both: [&[u8]; 2],
) -> Result<Vec<(Rule, Move)>, Obstacle> {
    let (mut game, mut case) = (*table.game, *table.case);
    let mut moves = Vec::new();
    while moves.len() < MOVES_MAX {
        let here = Table { game: &game, case: &case, now: table.now, graph: table.graph, own: table.own };
        let decided = match player.decide(&here) {
            Ok(Decision::Play { rule, play }) => (rule, play),
            Ok(Decision::Wait | Decision::Over(_)) => break,
            Err(obstacle) if moves.is_empty() => return Err(obstacle),
            // What was decided before it is good, and the obstacle will be met again.
            Err(_) => break,
        };
        // The program would refuse it: the own trace is of another request.
        let (next, next_case) = decided.1.apply(&game, &case, both, table.now).map_err(|_| Obstacle::GraphOther)?;
        (game, case) = (next, next_case);
        moves.push(decided);
        if game.phase.to_move() != Some(player.side()) {
            break;
        }
    }
    Ok(moves)
}

/// Moves as the instructions of as few transactions as they fit, in order.
pub fn transactions(disputed: &Disputed, signer: &Pubkey, moves: &[(Rule, Move)]) -> Vec<Vec<Instruction>> {
    let instructions = moves.iter().map(|(_, step)| disputed.step(signer, step)).collect();
    // A limit and a price go with every transaction.
    let budget = [compute_limit(0), compute_price(0)];
    pack(instructions, |group: &[Instruction]| {
        let whole = [&budget, group].concat();
        group.len() <= MOVES_PER_TRANSACTION && transaction_bytes(&whole, signer) <= TRANSACTION_BYTES_MAX
    })
}
