//! Forgers: owners of every leg but the protocol's who pay for fake inference, in any bursts, alone or beside real use of any
//! course, with syncs on time or late, holding and trading as they like.
//!
//! * [`Forger`]: what the fakes add to the worth of its holding in all upward steps. Bound: half of the protocol's shares that
//!   it lost, and twice the part of the reserve that real use pays for steps meanwhile.
//! * [`ForgerInDecline`]: what it has at the end, cash and what its holding sells for, more than without the fakes, and more
//!   than if it had not traded either: rises and falls together. The same bound.
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
        let plan = ForgingPlan::of(&mut genes);
        let forged = Forged::by(&plan, weakness)?;
        Some(Outcome {
            profit_atoms: forged.gained_atoms,
            bound_atoms: bound_atoms(forged.lost_atoms, forged.real_atoms),
            capital_atoms: forged.lost_atoms,
        })
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
        let [traded, idle] = [true, false].map(|trades| plan.play(false, trades, weakness));
        let real_atoms = traded.paid_atoms.max(idle.paid_atoms);
        Some(Outcome {
            profit_atoms: with_fakes.worth_atoms - traded.worth_atoms.max(idle.worth_atoms),
            bound_atoms: bound_atoms(with_fakes.lost_atoms, real_atoms),
            capital_atoms: with_fakes.lost_atoms,
        })
    }
}

impl Adversary for ManyMarkets {
    const GENES: usize = ForgingPlan::GENES + 1;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let plan = ForgingPlan::of(&mut genes);
        let markets = 2 + i128::from(genes.below(7));
        let Forged { gained_atoms, lost_atoms, real_atoms } = Forged::by(&plan, weakness)?;
        let paid_atoms = if weakness == Weakness::UseCountsInManyMarkets { lost_atoms } else { lost_atoms * markets };
        Some(Outcome {
            profit_atoms: gained_atoms * markets,
            bound_atoms: bound_atoms(paid_atoms, real_atoms),
            capital_atoms: paid_atoms,
        })
    }
}

/// Half of what was lost; beside real use a part more, because fakes move the market to where real steps may suit the
/// holding better.
fn bound_atoms(lost_atoms: i128, real_atoms: i128) -> i128 {
    lost_atoms / 2 + 2 * lost_atoms * real_atoms / i128::from(RESERVE)
}

/// What the fakes of a plan did.
struct Forged {
    /// Added to the gains of upward steps.
    gained_atoms: i128,
    lost_atoms: i128,
    /// What real use paid for steps without them.
    real_atoms: i128,
}

impl Forged {
    fn by(plan: &ForgingPlan, weakness: Weakness) -> Option<Self> {
        let forged = plan.play(true, true, weakness);
        if forged.lost_atoms < LOST_LEAST {
            return None;
        }
        // Without any use nothing steps.
        let honest = (plan.real != Real::None).then(|| plan.play(false, true, weakness));
        let (gained_atoms, real_atoms) = honest.map_or((0, 0), |honest| (honest.gained_atoms, honest.paid_atoms));
        Some(Self { gained_atoms: forged.gained_atoms - gained_atoms, lost_atoms: forged.lost_atoms, real_atoms })
    }
}
