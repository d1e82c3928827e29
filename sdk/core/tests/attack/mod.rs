//! The adversarial search shared by the law and its negative controls.

pub mod market;
pub mod plan;
pub mod terms;

use modchains_test_seed::Random;

use market::Rule;
use plan::{Outcome, Plan};

/// Which figure the search tries to raise above zero.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    RoundTrip,
    Marked,
}

/// Best plan found, how many plans paid, and how many were played.
#[derive(Debug)]
pub struct Found {
    pub best: Option<(Plan, Outcome)>,
    pub paying: u64,
    pub played: u64,
}

impl Goal {
    fn profit_atoms(self, outcome: &Outcome) -> Option<i128> {
        match self {
            Self::RoundTrip => Some(outcome.round_trip_atoms),
            Self::Marked => outcome.marked_atoms,
        }
    }

    /// What rounding alone may give: nothing for a round trip; two atoms for a mark, which compares two worlds whose
    /// roundings differ.
    fn rounding_atoms(self) -> i128 {
        match self {
            Self::RoundTrip => 0,
            Self::Marked => 2,
        }
    }
}

/// Plays `cases` plans: random starts, each followed by `climb` variations of which the better ones are kept.
pub fn search(seed: u64, cases: u64, climb: u64, rule: Rule, goal: Goal) -> Found {
    let mut random = Random(seed);
    let mut found = Found { best: None, paying: 0, played: 0 };
    let mut best_score = f64::NEG_INFINITY;
    while found.played < cases {
        let mut hill = Plan::random(&mut random);
        let mut hill_score = f64::NEG_INFINITY;
        for turn in 0..=climb {
            let plan = if turn == 0 { hill.clone() } else { hill.vary(&mut random) };
            found.played += 1;
            let Some(outcome) = plan.play(rule) else { continue };
            let Some(profit_atoms) = goal.profit_atoms(&outcome) else { continue };
            found.paying += u64::from(profit_atoms > goal.rounding_atoms());
            let score = profit_atoms as f64 / outcome.turnover_atoms as f64;
            if score > best_score {
                best_score = score;
                found.best = Some((plan.clone(), outcome));
            }
            if score >= hill_score {
                hill_score = score;
                hill = plan;
            }
        }
    }
    found
}
