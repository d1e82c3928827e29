//! One requester who pays for as much inference as it likes. What counts is the net that its use and the real one together
//! leave, at its highest. Bound: the net of use of `cap * (requesters + 1)`.

use modchains_core::fees::USAGE_FEE_SPLIT_DEFAULT;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{EPOCH, Usage, Weakness},
};

pub struct Feeder;

impl Adversary for Feeder {
    const GENES: usize = 6;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let cap_atoms = genes.log(1e4, 1e10) as u64;
        let requesters = 1 + genes.below(200) as u32;
        let real_atoms = (cap_atoms as f64 * genes.log(0.1, 2.0)) as u64 * u64::from(requesters);
        let fake_atoms = (real_atoms as f64 * genes.log(0.01, 100.0)) as u64;
        let hours = 24 + genes.below(480);
        let settled_atoms = (cap_atoms as f64 * f64::from(requesters) / 20.0 * genes.unit()) as u64;
        let most_atoms = cap_atoms * u64::from(requesters + 1);
        let [mut fed, mut most] = [cap_atoms, u64::MAX].map(|cap_atoms| Usage::new(cap_atoms, EPOCH as u32, 0));
        fed.settle_at(settled_atoms);
        most.settle_at(settled_atoms);
        let (mut highest_atoms, mut bound_atoms) = (0, 0);
        for hour in 1..=hours {
            fed.count(real_atoms, requesters, &USAGE_FEE_SPLIT_DEFAULT, weakness);
            fed.count(fake_atoms, 1, &USAGE_FEE_SPLIT_DEFAULT, weakness);
            most.count(most_atoms, requesters, &USAGE_FEE_SPLIT_DEFAULT, weakness);
            fed.roll(hour as i64 * EPOCH, weakness);
            most.roll(hour as i64 * EPOCH, weakness);
            highest_atoms = highest_atoms.max(fed.paid_net_atoms(weakness));
            bound_atoms = bound_atoms.max(most.paid_net_atoms(weakness));
        }
        let capital_atoms = i128::from(bound_atoms).max(1);
        Some(Outcome { profit_atoms: i128::from(highest_atoms), bound_atoms: i128::from(bound_atoms), capital_atoms })
    }
}
