use modchains_core::{
    dispute::{Case, DisputeError, Game, Side},
    window::Moment,
};

use crate::provable::Move;

/// A move and where the game stood before it.
#[derive(Debug, Clone)]
pub struct Replayed<T> {
    /// Where the game stood.
    pub before: Game,
    /// Whose move it is.
    pub side: Side,
    /// The move, by whatever it came with.
    pub made: T,
}

/// Plays moves again that were made in this order, from the start of a game, and passes over what is none of it. Gives what was
/// played, and where the game stands after it, but for the clocks.
pub fn replay<T>(
    case: &Case,
    both: [&[u8]; 2],
    made: impl IntoIterator<Item = T>,
    step_of: impl Fn(&T) -> &Move,
) -> (Vec<Replayed<T>>, Game) {
    // No clock runs: when the moves were made is the program's business.
    let now = Moment::default();
    let mut game = Game::open(1, now);
    let mut played = Vec::new();
    for made in made {
        let step = step_of(&made);
        let (Some(side), Ok((next, _))) = (game.phase.to_move(), applied(&game, case, both, step)) else { continue };
        let side = if matches!(step, Move::TimeOut) { side.other() } else { side };
        played.push(Replayed { before: game, side, made });
        game = next;
    }
    (played, game)
}

/// A move in a game without clocks; a side that did not move has lost.
fn applied(game: &Game, case: &Case, both: [&[u8]; 2], step: &Move) -> Result<(Game, Case), DisputeError> {
    let now = match step {
        Move::TimeOut => Moment { seconds: i64::MAX, slot: u64::MAX },
        _ => Moment::default(),
    };
    step.apply(game, case, both, now)
}
