//! Attackers who gain nothing themselves and want the others to lose. What counts is what they take from the price after a
//! month of no, steady or growing real use, in parts of a billion. Bound: a thousandth.
//!
//! * [`Blocker`]: adds fakes, so that the market is busy with them while dues and fees wait.
//! * [`Orderer`]: decides in every hour whether the market looks before or after the oracle's roll.

use modchains_core::market::MarketParams;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{EPOCH, Start, Weakness, World},
};

pub struct Blocker;
pub struct Orderer;

const RESERVE: u64 = 1_000_000_000_000;
const PARTS: f64 = 1e9;
const HOURS: u64 = 30 * 24;
const BURSTS: usize = 4;

/// A market, and the use of its first hour, which grows or falls by the same factor each day.
struct Setting {
    world: World,
    fee: f64,
    growth: f64,
}

impl Setting {
    const GENES: usize = 4;

    fn of(genes: &mut Genes, weakness: Weakness) -> Self {
        let start = Start { premium: 1.0 + genes.log(0.1, 18.0), reserve_atoms: RESERVE, slack: genes.share() * 0.3 };
        let mut world = World::standing(start, &MarketParams::DEFAULT, weakness);
        let fee = RESERVE as f64 * genes.maybe_log(0.3, 1e-5, 1e-3);
        world.settle_at((fee / 20.0) as u64);
        Self { world, fee, growth: 1.0 + genes.unit() * 0.08 }
    }

    fn fee_atoms(&self, hour: u64) -> u64 {
        (self.fee * self.growth.powf(hour as f64 / 24.0)) as u64
    }
}

fn outcome(with: &World, without: &World) -> Outcome {
    Outcome {
        profit_atoms: ((1.0 - with.price() / without.price()) * PARTS) as i128,
        bound_atoms: (1e-3 * PARTS) as i128,
        capital_atoms: PARTS as i128,
    }
}

impl Adversary for Blocker {
    const GENES: usize = Setting::GENES + 3 * BURSTS;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let setting = Setting::of(&mut genes, weakness);
        let bursts: Vec<(u64, u64, f64)> = (0..BURSTS)
            .map(|_| (genes.below(HOURS), genes.log(1.0, 720.0) as u64, genes.maybe_log(0.3, 1e-8, 1e-3)))
            .collect();
        let [mut with, mut without] = [setting.world; 2];
        for hour in 0..HOURS {
            let fee_atoms = setting.fee_atoms(hour);
            let fakes = bursts.iter().filter(|(from, hours, _)| (*from..from + hours).contains(&hour));
            let fake_atoms = (fakes.map(|(_, _, size)| size).sum::<f64>() * RESERVE as f64) as u64;
            for (market, fee_atoms) in [(&mut with, fee_atoms + fake_atoms), (&mut without, fee_atoms)] {
                let legs = market.usage.count(fee_atoms, 1_000, &market.usage_split, weakness);
                market.deposit(legs.reserve);
                market.next_epoch();
                market.sync_by_usage()?;
            }
        }
        Some(outcome(&with, &without))
    }
}

impl Adversary for Orderer {
    const GENES: usize = Setting::GENES + 30;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let setting = Setting::of(&mut genes, weakness);
        let early: Vec<bool> = (0..30).map(|_| genes.chance(0.7)).collect();
        let [mut with, mut without] = [setting.world; 2];
        // Before a roll the market comes half an hour early, so that an epoch lies between two syncs.
        for hour in 0..HOURS + 6 {
            let is_early = hour < HOURS && early[(hour / 24) as usize];
            for (market, is_early) in [(&mut with, is_early), (&mut without, false)] {
                let legs = market.usage.count(setting.fee_atoms(hour), 1_000, &market.usage_split, weakness);
                market.deposit(legs.reserve);
                market.now_seconds += EPOCH;
                if is_early {
                    market.sync_by_usage();
                }
                market.usage.roll(market.now_seconds, weakness);
                if !is_early {
                    market.sync_by_usage();
                }
            }
        }
        Some(outcome(&with, &without))
    }
}
