//! Clocks of a dispute, and what a game is before anything was proven.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::{
    dispute::{Clocks, DisputeError, Game, Phase, Side, Verdict},
    window::Moment,
};
use proptest::prelude::*;

const START: Moment = Moment { seconds: 1_700_000_000, slot: 5_000 };

const fn after(seconds: i64, slots: u64) -> Moment {
    Moment { seconds: START.seconds + seconds, slot: START.slot + slots }
}

#[test]
fn a_new_game_is_the_operators_turn() {
    let game = Game::open(100, START);
    assert_eq!((game.phase, game.phase.to_move()), (Phase::Trace, Some(Side::Operator)));
}

#[test]
fn silence_loses_from_the_second_on_at_which_a_move_is_late() {
    let game = Game::open(100, START);
    assert_eq!(game.time_out(after(99, 1_000)), Err(DisputeError::ClockRunning));
    assert_eq!(
        game.concede(Side::Operator, after(99, 1_000)).map(|game| game.phase),
        Ok(Phase::Over(Verdict::Conceded { side: Side::Operator }))
    );
    let late = after(100, 1_000);
    assert_eq!(game.concede(Side::Operator, late), Err(DisputeError::ClockRanOut));
    assert_eq!(game.time_out(late).map(|game| game.phase), Ok(Phase::Over(Verdict::Silent { side: Side::Operator })));
    assert_eq!(game.time_out(late).unwrap().time_out(late), Err(DisputeError::GameOver));
}

#[test]
fn only_the_side_to_move_concedes() {
    let game = Game::open(100, START);
    assert_eq!(game.concede(Side::Challenger, START), Err(DisputeError::OperatorToMove));
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    /// While the cluster stands still no clock runs, however far its time jumps.
    #[test]
    fn a_halted_cluster_stops_the_clocks(halt in 0_i64..10_000_000, slots in 0_u64..100) {
        let clocks = Clocks::start(3_600, START);
        let used = 3_600 - clocks.left_seconds(Side::Operator, after(halt, slots));
        prop_assert!(u64::from(used) <= slots * 8 / 10);
    }

    /// At 200 and at 400 milliseconds a slot the seconds of the clock count.
    #[test]
    fn a_healthy_cluster_is_governed_by_its_seconds(seconds in 0_i64..3_600, is_fast: bool) {
        let slots = seconds.unsigned_abs() * if is_fast { 5 } else { 5 / 2 } + 1;
        let clocks = Clocks::start(3_600, START);
        let left = clocks.left_seconds(Side::Operator, after(seconds, slots.max(seconds.unsigned_abs() * 5 / 2)));
        prop_assert_eq!(i64::from(left), 3_600 - seconds);
    }
}
