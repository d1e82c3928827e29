//! Forgers: owners of every leg but the protocol's who pay for fake inference, in any bursts, alone or beside real use of any
//! course, with syncs on time or late, holding and trading as they like.
//!
//! * [`Forger`]: what the fakes add to the worth of its holding in all upward steps. Bound: half of the protocol's shares that
//!   it lost.
//! * [`ForgerInDecline`]: what it has at the end, cash and what its holding sells for, more than without the fakes, and more
//!   than if it had not traded either: rises and falls together. Bound: half of what it lost.
//! * [`ManyMarkets`]: the same as the first in two markets at once. A model has one market, so each market takes fakes of its
//!   own.

use crate::{
    attackers::forging::plan::{ForgingPlan, RESERVE, Real},
    search::{Adversary, Genes, Outcome},
    world::Weakness,
};

pub struct Forger;
pub struct ForgerInDecline;
pub struct ManyMarkets;

/// Less than a hundred-thousandth of the reserve lost, and rounding is all there is.
const LOST_LEAST: i128 = RESERVE as i128 / 100_000;

impl Adversary for Forger {
    const GENES: usize = ForgingPlan::GENES;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let (gained_atoms, lost_atoms) = gained_and_lost(&ForgingPlan::of(&mut genes), weakness)?;
        Some(Outcome { profit_atoms: gained_atoms, bound_atoms: lost_atoms / 2, capital_atoms: lost_atoms })
    }
}

impl Adversary for ForgerInDecline {
    const GENES: usize = ForgingPlan::GENES;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let plan = ForgingPlan::of(&mut genes);
        let with_fakes = plan.play(true, true, weakness);
        if with_fakes.lost_atoms < LOST_LEAST {
            return None;
        }
        let [traded, idle] = [true, false].map(|trades| plan.play(false, trades, weakness).worth_atoms);
        Some(Outcome {
            profit_atoms: with_fakes.worth_atoms - traded.max(idle),
            bound_atoms: with_fakes.lost_atoms / 2,
            capital_atoms: with_fakes.lost_atoms,
        })
    }
}

impl Adversary for ManyMarkets {
    const GENES: usize = ForgingPlan::GENES + 1;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let plan = ForgingPlan::of(&mut genes);
        let markets = 2 + i128::from(genes.below(7));
        let (gained_atoms, lost_atoms) = gained_and_lost(&plan, weakness)?;
        let paid_atoms = if weakness == Weakness::UseCountsInManyMarkets { lost_atoms } else { lost_atoms * markets };
        Some(Outcome { profit_atoms: gained_atoms * markets, bound_atoms: paid_atoms / 2, capital_atoms: paid_atoms })
    }
}

/// What the fakes of a plan add to the gains of upward steps, and the protocol's shares of them.
fn gained_and_lost(plan: &ForgingPlan, weakness: Weakness) -> Option<(i128, i128)> {
    let with_fakes = plan.play(true, true, weakness);
    if with_fakes.lost_atoms < LOST_LEAST {
        return None;
    }
    // Without any use nothing steps.
    let without_atoms = if plan.real == Real::None { 0 } else { plan.play(false, true, weakness).gained_atoms };
    Some((with_fakes.gained_atoms - without_atoms, with_fakes.lost_atoms))
}
