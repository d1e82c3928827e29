//! The forger before a crowd: the first to buy fakes use while hardly anybody holds, then a crowd buys. Depth that was bought
//! while the reserve was small is worth more when it is large.
//!
//! **Open.** What counts is what the fakes add to its cash, beside the protocol's shares that they lose. Bound: what the
//! documentation says was measured, not proved.

use modchains_core::launch::LaunchTerms;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, DEPTH, Weakness, World},
};

pub struct BeforeCrowd;

const VIRTUAL: u64 = 30_000_000_000;
/// Times its lost protocol shares that a forger gains when a crowd of up to ten virtual reserves comes after it: 11.7 was found.
const MEASURED: i128 = 14;

impl Adversary for BeforeCrowd {
    const GENES: usize = 4;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let (first, crowd) = (genes.log(0.06, 3.0), genes.log(0.3, 10.0));
        let (lost, days) = (genes.log(1e-3, 1.0), 1 + genes.below(60));
        let forged = cash_atoms(first, crowd, lost, days, weakness)?;
        let honest = cash_atoms(first, crowd, 0.0, days, weakness)?;
        let lost_atoms = (lost * VIRTUAL as f64) as i128;
        Some(Outcome { profit_atoms: forged - honest, bound_atoms: MEASURED * lost_atoms, capital_atoms: lost_atoms })
    }
}

/// What fakes add to the cash of a first buyer, as a multiple of the protocol's shares that they lose: the most of several
/// sizes, over 30 days, where the first buys for `first` and the crowd for `crowd` opening virtual reserves.
pub fn crowd_leverage(first: f64, crowd: f64) -> f64 {
    let cash = |lost| cash_atoms(first, crowd, lost, 30, Weakness::None).unwrap() as f64;
    let honest = cash(0.0);
    let leverage = |lost: f64| (cash(lost) - honest) / (lost * VIRTUAL as f64);
    [0.003, 0.03, 0.1, 0.3].map(leverage).into_iter().fold(f64::NEG_INFINITY, f64::max)
}

fn cash_atoms(first: f64, crowd: f64, lost: f64, days: u64, weakness: Weakness) -> Option<i128> {
    let mut world = World::open(DEPTH, VIRTUAL, LaunchTerms::default(), weakness);
    let mut forger = Attacker::default();
    let hours = days * 24;
    forger.buy(&mut world, (first * VIRTUAL as f64) as u64);
    for _ in 0..hours {
        world.usage.count_share((lost * VIRTUAL as f64 / hours as f64) as u64);
        world.next_epoch();
        world.sync_by_usage()?;
    }
    for _ in 0..10 {
        world.buy((crowd * VIRTUAL as f64 / 10.0) as u64).ok()?;
    }
    forger.leave(&mut world, 5);
    (forger.token_atoms == 0).then_some(forger.cash_atoms)
}
