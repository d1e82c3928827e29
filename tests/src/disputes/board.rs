use modchains_core::{
    dispute::{Case, Game, Phase, Side, Verdict},
    window::Moment,
};
use modchains_sdk::provable::Move;

/// Time that each side has.
pub const CLOCK_SECONDS: u32 = 3_600;
/// Time that a side has at least when it gets the turn.
pub const GRACE_SECONDS: u32 = 60;
/// When games begin.
pub const START: Moment = Moment { seconds: 1_800_000_000, slot: 1_000 };

/// Where a game is played.
pub trait Board {
    /// Where it stands.
    fn phase(&self) -> Phase;

    /// Makes a move, or gives the name of what refuses it.
    fn make(&mut self, side: Side, step: &Move) -> Result<(), String>;

    /// Lets the clock of the side to move run out, and calls time.
    fn let_time_pass(&mut self);
}

/// How a game went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// How it ended.
    pub verdict: Verdict,
    /// Moves of the operator.
    pub operator_moves: u32,
    /// Moves of the challenger.
    pub challenger_moves: u32,
}

/// A game by the rules alone.
#[derive(Debug, Clone)]
pub struct HostBoard {
    /// What it is about.
    pub case: Case,
    /// Where it stands.
    pub game: Game,
    /// The time.
    pub now: Moment,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl HostBoard {
    /// A new game about an input and the output that was posted.
    pub const fn new(case: Case, input: Vec<u8>, output: Vec<u8>) -> Self {
        Self { case, game: Game::open(CLOCK_SECONDS, START), now: START, input, output }
    }
}

impl Board for HostBoard {
    fn phase(&self) -> Phase {
        self.game.phase
    }

    fn make(&mut self, _: Side, step: &Move) -> Result<(), String> {
        self.now = Moment { seconds: self.now.seconds + 2, slot: self.now.slot + 5 };
        let made = step.apply(&self.game, &self.case, [&self.input, &self.output], self.now);
        (self.game, self.case) = made.map_err(|error| format!("{error:?}"))?;
        Ok(())
    }

    fn let_time_pass(&mut self) {
        self.now.seconds += i64::from(CLOCK_SECONDS);
        self.now.slot += u64::from(CLOCK_SECONDS) * 5 / 2;
        self.game = self.game.time_out(self.now).unwrap();
    }
}

/// What refuses an answer of a trace that is none.
const DISPROVED: [&str; 8] = [
    "NodeCount",
    "NodesUnproven",
    "OutputLength",
    "PaddingNotEmpty",
    "PieceCount",
    "PieceLength",
    "PieceUnproven",
    "TraceUnproven",
];

/// A game between two sides who say what they like. None when the challenger does not move; an operator who does not move,
/// or whose answer is refused, loses by its clock. The challenger is told what the operator answered before his move, and where
/// the game stood then.
pub fn play(
    board: &mut impl Board,
    mut operator: impl FnMut(&Phase) -> Option<Move>,
    mut challenger: impl FnMut(&Phase, Option<(&Phase, &Move)>) -> Option<Move>,
) -> Option<Ending> {
    let (mut operator_moves, mut challenger_moves) = (0, 0);
    let mut answered: Vec<(Phase, Move)> = Vec::new();
    loop {
        let phase = board.phase();
        match phase.to_move() {
            None => break,
            Some(Side::Operator) => {
                let Some(step) = operator(&phase) else {
                    board.let_time_pass();
                    continue;
                };
                match board.make(Side::Operator, &step) {
                    Ok(()) => {
                        operator_moves += 1;
                        assert!(board.make(Side::Operator, &step).is_err(), "{step:?} is made twice");
                        answered.push((phase, step));
                    }
                    Err(error) => {
                        assert!(DISPROVED.contains(&error.as_str()), "{error}: {step:?}");
                        board.let_time_pass();
                    }
                }
            }
            Some(Side::Challenger) => {
                // The last answer is what is picked from; the one before it may be the trace's root.
                let last = answered.pop();
                for (at, before) in answered.drain(..) {
                    let _ = challenger(&phase, Some((&at, &before)));
                }
                let step = challenger(&phase, last.as_ref().map(|(at, step)| (at, step)))?;
                if let Err(error) = board.make(Side::Challenger, &step) {
                    panic!("a challenger's move is refused: {error}, {step:?}, {phase:?}");
                }
                challenger_moves += 1;
                assert!(board.make(Side::Challenger, &step).is_err(), "{step:?} is made twice");
            }
        }
    }
    let Phase::Over(verdict) = board.phase() else { return None };
    Some(Ending { verdict, operator_moves, challenger_moves })
}
