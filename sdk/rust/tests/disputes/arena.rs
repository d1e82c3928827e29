//! Where games are played: a result, and one game about it after the other.

use modchains_sdk::{
    core::{
        dispute::{Case, Game, Phase, Side, Verdict},
        window::Moment,
    },
    dispute::{Decision, Seen, Table, challenge, defend},
    disputes::instructions::RevealArgs,
    provable::{GraphTree, Move, TraceTree},
};
use modchains_test_graphs::Model;
use modchains_test_seed::Random;

use super::inference::Inference;

const CLOCK_SECONDS: u32 = 3_600;
/// More moves than any game of these graphs has.
const MOVES_MAX: usize = 1_000;

/// A side of a game.
pub trait Player {
    /// Its move; none for saying nothing.
    fn play(&mut self, table: &Table<'_, Model>, seen: &Seen) -> Option<Move>;
}

/// An operator by the rules.
pub struct Defender;

impl Player for Defender {
    fn play(&mut self, table: &Table<'_, Model>, _: &Seen) -> Option<Move> {
        match defend(table) {
            Ok(Decision::Play { play, .. }) => Some(play),
            // A liar's trace may be one that it cannot show.
            _ => None,
        }
    }
}

/// A challenger by the rules.
pub struct Challenger;

impl Player for Challenger {
    fn play(&mut self, table: &Table<'_, Model>, seen: &Seen) -> Option<Move> {
        match challenge(table, seen).unwrap() {
            Decision::Play { play, .. } => Some(play),
            decision => panic!("{decision:?} at {:?}", table.game.phase),
        }
    }
}

/// A side with the trace that it has.
pub struct Seat<'a> {
    pub player: &'a mut dyn Player,
    pub own: &'a TraceTree<'a>,
}

/// A posted result.
pub struct Arena<'a> {
    inference: &'a Inference,
    graph: GraphTree<'a, Model>,
    case: Case,
    output: Vec<u8>,
}

/// How a game went.
pub struct Report {
    pub verdict: Verdict,
    /// Moves of operator and challenger.
    pub moves: [usize; 2],
    /// Moves that were refused.
    pub refused: usize,
}

impl<'a> Arena<'a> {
    /// With the output that was posted.
    pub fn new(inference: &'a Inference, output: Vec<u8>) -> Self {
        let (nodes, graph) = (inference.nodes(), inference.graph_tree());
        let case = Case {
            graph: graph.root(),
            nodes,
            size: inference.size,
            output: inference.tensor(nodes - 1),
            trace: [0; 32],
            grace_seconds: 60,
        };
        Self { inference, graph, case, output }
    }

    /// Plays a game to its end. Nothing of it is left but the root that the operator is bound to.
    pub fn play(&mut self, operator: Seat<'_>, challenger: Seat<'_>, random: &mut Random) -> Report {
        let mut now = Moment { seconds: 1_000, slot: 5_000 };
        let mut game = Game::open(CLOCK_SECONDS, now);
        let mut seen = Seen::default();
        let mut report = Report { verdict: Verdict::Equal, moves: [0; 2], refused: 0 };
        for _ in 0..MOVES_MAX {
            let side = match (game.phase, game.phase.to_move()) {
                (Phase::Over(verdict), _) => return Report { verdict, ..report },
                (_, side) => side.unwrap(),
            };
            let (player, own, of_side): (&mut dyn Player, _, _) = match side {
                Side::Operator => (&mut *operator.player, operator.own, 0),
                Side::Challenger => (&mut *challenger.player, challenger.own, 1),
            };
            let table = Table { game: &game, case: &self.case, now, graph: &self.graph, own };
            let Some(play) = player.play(&table, &seen) else {
                now = self.silence(now);
                // The other side calls time, by the rules.
                let own = if side == Side::Operator { challenger.own } else { operator.own };
                let table = Table { game: &game, case: &self.case, now, graph: &self.graph, own };
                let called = if side == Side::Operator { challenge(&table, &seen) } else { defend(&table) };
                let Ok(Decision::Play { play: play @ Move::TimeOut, .. }) = called else { panic!("{called:?}") };
                (game, _) = play.apply(&game, &self.case, [&[], &[]], now).unwrap();
                continue;
            };
            report.moves[of_side] += 1;
            let request = [self.inference.input.as_slice(), self.output.as_slice()];
            match play.apply(&game, &self.case, request, now) {
                Ok((next, case)) => {
                    (game, self.case) = (next, case);
                    let again = play.apply(&game, &self.case, request, now);
                    assert!(again.is_err(), "{play:?} is taken twice");
                    keep(&play, &mut seen, random);
                }
                Err(_) => report.refused += 1,
            }
            now = Moment { seconds: now.seconds + 2, slot: now.slot + 5 };
        }
        panic!("the game does not end: {:?}", game.phase);
    }

    /// The clock of whoever says nothing runs out, while the cluster makes slots.
    fn silence(&self, now: Moment) -> Moment {
        let seconds = i64::from(CLOCK_SECONDS.max(self.case.grace_seconds)) + 1;
        Moment { seconds: now.seconds + seconds, slot: now.slot + 3 * seconds.unsigned_abs() }
    }
}

/// The ledger has what was shown, some of it twice, and other things too.
fn keep(play: &Move, seen: &mut Seen, random: &mut Random) {
    let Move::Reveal(shown) = play else { return };
    if random.chance(3) {
        let mut nodes = vec![[0; 32]; 1 << random.below(5)];
        nodes[0][0] = random.next() as u8;
        seen.add(RevealArgs::Nodes { nodes });
    }
    for _ in 0..=random.below(2) {
        seen.add(shown.clone());
    }
}
