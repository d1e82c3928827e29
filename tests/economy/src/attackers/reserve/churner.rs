//! The churner: sells at the bid and buys at the ask, over and over, so that the spread it pays lies above the curve as new
//! backlog and buys become ever dearer for everybody.
//!
//! What counts is the spread after four days to a week, in parts of a billion. Bound: half a percent, for up to ten reserves of
//! volume a day, beside deposits of up to a quarter percent a day and a backlog of up to a tenth of the reserve when it comes.

use modchains_core::market::MarketParams;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Start, Weakness, World},
};

pub struct Churner;

const PARTS: f64 = 1e9;

impl Adversary for Churner {
    const GENES: usize = 6;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let premium = 1.0 + genes.log(0.1, 30.0);
        let (volume, deposits) = (genes.unit() * 10.0, genes.unit() * 0.0025);
        let (trips, hours) = (1 + genes.below(12), 96 + genes.below(73) as usize);
        let backlog = genes.unit() * 0.1;
        let spread = *churn(premium, volume, deposits, backlog, trips, hours, weakness).last()?;
        Some(Outcome {
            profit_atoms: (spread * PARTS) as i128,
            bound_atoms: (0.005 * PARTS) as i128,
            capital_atoms: PARTS as i128,
        })
    }
}

/// The spread after each hour of churn: buys and sales of `volume` reserves a day in `trips` round trips an hour, and
/// deposits of a part of the reserve a day, with a backlog of a part of the reserve at the beginning.
pub fn churn(
    premium: f64,
    volume: f64,
    deposits: f64,
    backlog: f64,
    trips: u64,
    hours: usize,
    weakness: Weakness,
) -> Vec<f64> {
    let start = Start { premium, reserve_atoms: 1_000_000_000_000, slack: 0.0 };
    let mut world = World::standing(start, &MarketParams::DEFAULT, weakness);
    world.deposit((backlog * world.state.curve.reserve_atoms as f64) as u64);
    let mut churner = Attacker::default();
    (0..hours)
        .map(|_| {
            let reserve = world.state.curve.reserve_atoms as f64;
            world.deposit((deposits * reserve / 24.0) as u64);
            for _ in 0..trips {
                churner.buy(&mut world, (volume * reserve / 48.0 / trips as f64) as u64);
                churner.leave(&mut world, 1);
            }
            world.now_seconds += EPOCH;
            world.sync(0);
            world.spread()
        })
        .collect()
}
