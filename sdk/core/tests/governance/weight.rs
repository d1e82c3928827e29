//! Weights against the true history of a stake.

use modchains_core::{
    CoreError,
    governance::{VOTING_WINDOW_MAX_SECONDS, VotingStake},
};
use proptest::prelude::*;

use crate::{DAY, START};

const WINDOW: i64 = VOTING_WINDOW_MAX_SECONDS as i64;

#[derive(Debug, Clone, Copy)]
enum Op {
    Wait(i64),
    Increase(u64),
    Decrease(u64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        // Zero seconds, a few, and lengths on both sides of a window and of two.
        1 => Just(Op::Wait(0)),
        2 => (1i64..3).prop_map(Op::Wait),
        3 => (1i64..WINDOW).prop_map(Op::Wait),
        2 => (WINDOW - 1..=WINDOW + 1).prop_map(Op::Wait),
        1 => (WINDOW..3 * WINDOW).prop_map(Op::Wait),
        4 => (1u64..1_000).prop_map(Op::Increase),
        2 => any::<u64>().prop_map(Op::Decrease),
    ]
}

/// A position and everything that ever happened to it.
#[derive(Clone, Debug, Default)]
struct Holder {
    stake: VotingStake,
    /// Second of each change, and the stake from then on.
    history: Vec<(i64, u64)>,
    now: i64,
}

impl Holder {
    fn play(ops: &[Op]) -> Self {
        let mut holder = Self { now: START, ..Self::default() };
        for op in ops {
            holder.apply(*op);
        }
        holder
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Wait(seconds) => self.now += seconds,
            Op::Increase(atoms) => self.stake = self.stake.increase(atoms, self.now).unwrap(),
            Op::Decrease(part) => {
                self.stake = self.stake.decrease(part % (self.stake.staked_atoms + 1)).unwrap();
            }
        }
        self.history.push((self.now, self.stake.staked_atoms));
        assert!(self.stake.invariant());
    }

    /// The smallest stake from right before second `opened` to now.
    fn truth(&self, opened: i64) -> u64 {
        let before = self.history.iter().rev().find(|(second, _)| *second < opened).map_or(0, |(_, staked)| *staked);
        self.history.iter().filter(|(second, _)| *second >= opened).map(|(_, staked)| *staked).fold(before, u64::min)
    }

    /// Openings of proposals that may be voted on now, around everything that happened.
    fn openings(&self) -> Vec<i64> {
        let around = self.history.iter().flat_map(|(second, _)| [second - 1, *second, second + 1]);
        around.chain([self.now - WINDOW + 1, self.now]).filter(|opened| self.is_voted_on(*opened)).collect()
    }

    fn is_voted_on(&self, opened: i64) -> bool {
        opened <= self.now && self.now < opened + WINDOW
    }

    fn increased_since(&self, opened: i64) -> bool {
        self.stake.increased_at_seconds >= opened
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_weight_never_counts_what_was_not_there_before_the_proposal_or_has_left(ops in prop::collection::vec(op(), 1..40)) {
        let mut holder = Holder { now: START, ..Holder::default() };
        for op in ops {
            holder.apply(op);
            for opened in holder.openings() {
                prop_assert!(holder.stake.weight(opened) <= holder.truth(opened), "opened at {}", opened - START);
            }
            // Nor for a proposal that nobody votes on any more.
            for opened in [holder.now - 4 * WINDOW, holder.now - WINDOW, holder.now - 2 * WINDOW + 1] {
                prop_assert!(holder.stake.weight(opened) <= holder.truth(opened), "opened at {}", opened - START);
            }
        }
    }

    #[test]
    fn who_added_nothing_since_the_opening_votes_with_every_atom(ops in prop::collection::vec(op(), 1..40)) {
        let holder = Holder::play(&ops);
        for opened in holder.openings() {
            if !holder.increased_since(opened) {
                prop_assert_eq!(holder.stake.weight(opened), holder.truth(opened));
                prop_assert_eq!(holder.stake.weight(opened), holder.stake.staked_atoms);
            }
        }
    }

    #[test]
    fn a_weight_misses_only_what_was_added_in_the_two_windows_before_the_opening(
        ops in prop::collection::vec(op(), 1..40),
    ) {
        let holder = Holder::play(&ops);
        for opened in holder.openings() {
            let least = holder.truth(opened - 2 * WINDOW);
            prop_assert!(holder.stake.weight(opened) >= least, "opened at {}", opened - START);
        }
    }

    #[test]
    fn weights_of_one_proposal_only_fall(ops in prop::collection::vec(op(), 1..30), more in prop::collection::vec(op(), 1..30)) {
        let mut holder = Holder::play(&ops);
        let opened = holder.now;
        holder.now += 1;
        let mut weight = holder.stake.weight(opened);
        for op in more {
            holder.apply(op);
            if holder.is_voted_on(opened) {
                prop_assert!(holder.stake.weight(opened) <= weight);
                weight = holder.stake.weight(opened);
            }
        }
    }
}

#[test]
fn who_compounds_daily_votes_with_all_but_two_windows_of_growth() {
    let mut holder = Holder { now: START, ..Holder::default() };
    holder.apply(Op::Increase(1_000_000));
    let mut most_missing = 0;
    for day in 1..365 {
        holder.apply(Op::Wait(DAY));
        holder.apply(Op::Increase(100));
        let opened = holder.now - DAY / 2;
        if day > 12 {
            most_missing = most_missing.max(holder.truth(opened) - holder.stake.weight(opened));
        }
    }
    assert_eq!(most_missing, 600, "of what six days added");
}

#[test]
fn who_adds_to_a_young_stake_before_voting_loses_the_weight_but_not_after_two_windows() {
    let stake = VotingStake::default().increase(1_000, START).unwrap();
    for (age, weight) in [(DAY, 0), (WINDOW - 1, 0), (WINDOW, 1_000), (3 * WINDOW, 1_000)] {
        let opened = START + age - 1;
        assert_eq!(stake.weight(opened), 1_000);
        assert_eq!(stake.increase(1, START + age).unwrap().weight(opened), weight, "{age} seconds after the first");
    }
}

#[test]
fn a_stake_that_lay_for_long_counts_whole_after_an_atom_is_added() {
    let first = VotingStake::default().increase(1_000, START).unwrap();
    let later = START + 100 * DAY;
    let added = first.increase(1, later).unwrap();
    for opened in [later - WINDOW + 1, later - DAY, later] {
        assert_eq!(added.weight(opened), 1_000);
    }
    assert_eq!(added.weight(later + 1), 1_001);
}

#[test]
fn a_stake_of_the_second_of_the_opening_has_no_weight() {
    let stake = VotingStake::default().increase(1_000, START).unwrap();
    assert_eq!(stake.weight(START), 0);
    assert_eq!(stake.weight(START + 1), 1_000);
}

#[test]
fn what_left_and_came_back_has_no_weight() {
    let stake = VotingStake::default().increase(1_000, START).unwrap();
    let opened = START + WINDOW;
    let stake = stake.decrease(600).unwrap().increase(600, opened + 1).unwrap();
    assert_eq!(stake.weight(opened), 400);
}

#[test]
fn a_clock_that_went_back_adds_no_weight() {
    let stake = VotingStake::default().increase(1_000, START).unwrap().increase(1_000, START - DAY).unwrap();
    assert_eq!(stake.weight(START), 0);
    assert_eq!(stake.weight(START - DAY + 1), 0);
}

#[test]
fn more_than_fits_or_than_there_is_is_refused() {
    let stake = VotingStake::default().increase(u64::MAX, START).unwrap();
    assert_eq!(stake.increase(1, START), Err(CoreError::Overflow));
    assert_eq!(VotingStake::default().decrease(1), Err(CoreError::InsufficientSupply));
}
