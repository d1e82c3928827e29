//! Searches for the plan of an adversary that exceeds its bound by most: random plans, climbs and an evolution strategy.

mod evolution;
mod genes;

pub use genes::Genes;

use modchains_test_seed::Random;

use crate::world::Weakness;

/// What a plan gained, and the most that the documentation allows it to.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    pub profit_atoms: i128,
    pub bound_atoms: i128,
    /// What both are measured against.
    pub capital_atoms: i128,
}

impl Outcome {
    /// The profit relative to the capital.
    pub fn profit(&self) -> f64 {
        self.profit_atoms as f64 / self.capital_atoms.max(1) as f64
    }

    /// By how much the profit exceeds the bound, relative to the capital.
    pub fn excess(&self) -> f64 {
        (self.profit_atoms - self.bound_atoms) as f64 / self.capital_atoms.max(1) as f64
    }
}

/// One kind of adversary. A plan is a point of the unit cube.
pub trait Adversary {
    /// How many genes its plan reads.
    const GENES: usize;
    /// What the plan gains; `None` when it cannot be carried out.
    fn play(genes: Genes, weakness: Weakness) -> Option<Outcome>;
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The plan that came closest to its bound, or farthest beyond it.
    pub plan: Vec<f64>,
    /// By how much it exceeds the bound, relative to its capital.
    pub excess: f64,
    /// Its profit, relative to its capital.
    pub profit: f64,
    /// The largest profit of any plan, relative to its capital.
    pub best_profit: f64,
    /// Plans beyond the bound.
    pub beyond: u64,
    /// Plans that could be carried out.
    pub played: u64,
    /// Plans drawn.
    pub drawn: u64,
}

impl Found {
    const fn nothing() -> Self {
        Self {
            plan: Vec::new(),
            excess: f64::NEG_INFINITY,
            profit: f64::NEG_INFINITY,
            best_profit: f64::NEG_INFINITY,
            beyond: 0,
            played: 0,
            drawn: 0,
        }
    }

    /// Plays a plan and says how good it is.
    fn play<A: Adversary>(&mut self, plan: &[f64], weakness: Weakness) -> f64 {
        self.drawn += 1;
        let Some(outcome) = A::play(Genes::new(plan), weakness) else { return f64::NEG_INFINITY };
        self.played += 1;
        self.beyond += u64::from(outcome.profit_atoms > outcome.bound_atoms);
        self.best_profit = self.best_profit.max(outcome.profit());
        let excess = outcome.excess();
        if excess > self.excess {
            (self.excess, self.profit, self.plan) = (excess, outcome.profit(), plan.to_vec());
        }
        excess
    }
}

/// Draws about `plans` plans: a quarter at random, a quarter in climbs, half by the evolution strategy.
pub fn search<A: Adversary>(seed: u64, plans: u64, weakness: Weakness) -> Found {
    let mut random = Random(seed);
    let mut found = Found::nothing();
    while found.drawn < plans / 4 {
        let plan = random_plan(&mut random, A::GENES);
        found.play::<A>(&plan, weakness);
    }
    while found.drawn < plans / 2 {
        climb::<A>(&mut random, weakness, &mut found);
    }
    while found.drawn < plans {
        // Every other evolution begins at the best plan so far.
        let is_fresh = random.chance(2) || found.plan.is_empty();
        let start = if is_fresh { random_plan(&mut random, A::GENES) } else { found.plan.clone() };
        let left = plans - found.drawn;
        evolution::evolve(&mut random, start, left, |plan| found.play::<A>(plan, weakness));
    }
    found
}

fn random_plan(random: &mut Random, genes: usize) -> Vec<f64> {
    (0..genes).map(|_| random.unit()).collect()
}

/// Keeps the better of a plan and its neighbours, in which a gene is changed a little or altogether.
fn climb<A: Adversary>(random: &mut Random, weakness: Weakness, found: &mut Found) {
    let mut hill = random_plan(random, A::GENES);
    let mut height = found.play::<A>(&hill, weakness);
    for _ in 0..60 {
        let mut plan = hill.clone();
        let gene = &mut plan[random.below(A::GENES as u64) as usize];
        *gene = if random.chance(3) { random.unit() } else { (*gene + 0.2 * (random.unit() - 0.5)).clamp(0.0, 1.0) };
        let excess = found.play::<A>(&plan, weakness);
        if excess >= height {
            (hill, height) = (plan, excess);
        }
    }
}
