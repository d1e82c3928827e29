//! Random plans, each followed by variations of which the better ones are kept.

use modchains_test_seed::Random;

use super::weakness::Weakness;

/// What a plan gained, and the most that the documentation allows it to.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    pub profit_atoms: i128,
    pub bound_atoms: i128,
    pub capital_atoms: i128,
}

impl Outcome {
    pub fn return_on_capital(&self) -> f64 {
        self.profit_atoms as f64 / self.capital_atoms.max(1) as f64
    }

    /// By how much the profit exceeds the bound, relative to the capital.
    pub fn excess(&self) -> f64 {
        (self.profit_atoms - self.bound_atoms) as f64 / self.capital_atoms.max(1) as f64
    }
}

/// The genome of one kind of adversary.
pub trait Plan: Clone + std::fmt::Debug {
    fn random(random: &mut Random) -> Self;
    /// A neighbour: one gene changed.
    fn vary(&self, random: &mut Random) -> Self;
    /// `None` when the plan cannot be carried out.
    fn play(&self, weakness: Weakness) -> Option<Outcome>;
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found<P> {
    /// The plan that came closest to its bound, or farthest beyond it, relative to the capital.
    pub best: Option<(P, Outcome)>,
    /// The largest profit relative to the capital, with its own bound.
    pub richest: Option<Outcome>,
    /// Plans beyond the bound.
    pub beyond: u64,
    pub played: u64,
}

impl<P> Found<P> {
    fn excess(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |(_, outcome)| outcome.excess())
    }
}

/// Plays about `plans` plans, in climbs of three lengths.
pub fn search<P: Plan>(seed: u64, plans: u64, weakness: Weakness) -> Found<P> {
    let mut all = Found { best: None, richest: None, beyond: 0, played: 0 };
    for climb in [10, 60, 300] {
        let mut random = Random(seed ^ (climb << 32));
        let end = all.played + plans / 3 + 1;
        while all.played < end {
            climb_once(&mut random, climb.min(end - all.played), weakness, &mut all);
        }
    }
    all
}

fn climb_once<P: Plan>(random: &mut Random, climb: u64, weakness: Weakness, all: &mut Found<P>) {
    let mut hill = P::random(random);
    let mut hill_excess = f64::NEG_INFINITY;
    for turn in 0..=climb {
        let plan = if turn == 0 { hill.clone() } else { hill.vary(random) };
        all.played += 1;
        let Some(outcome) = plan.play(weakness) else { continue };
        all.beyond += u64::from(outcome.profit_atoms > outcome.bound_atoms);
        if all.richest.is_none_or(|richest| outcome.return_on_capital() > richest.return_on_capital()) {
            all.richest = Some(outcome);
        }
        let excess = outcome.excess();
        if excess > all.excess() {
            all.best = Some((plan.clone(), outcome));
        }
        if excess >= hill_excess {
            (hill, hill_excess) = (plan, excess);
        }
    }
}
