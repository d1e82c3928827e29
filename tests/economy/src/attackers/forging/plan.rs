//! Real use, fake use, missed syncs and trades over some weeks.

use modchains_core::market::MarketParams;

use crate::{
    search::Genes,
    world::{Attacker, Start, Weakness, World},
};

/// Days that a plan lasts.
pub const DAYS: u64 = 25;
const HOURS: u64 = DAYS * 24;
/// The reserve at the beginning, quote atoms.
pub const RESERVE: u64 = 1_000_000_000_000;
/// Largest share of real use at the beginning, in parts of the reserve an hour: that of use of 4 % of the reserve a day.
const REAL_MAX: f64 = 8.3e-5;
const BURSTS: usize = 3;
const TRADES: usize = 3;

/// How real use goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Real {
    None,
    Steady,
    Weekly,
    Growing,
    Dying,
    Dead,
}

impl Real {
    fn of(genes: &mut Genes) -> Self {
        [Self::None, Self::Steady, Self::Weekly, Self::Growing, Self::Dying, Self::Dead][genes.below(6) as usize]
    }

    /// As a multiple of what it was at the beginning.
    fn level(self, hour: u64) -> f64 {
        let days = hour as f64 / 24.0;
        match self {
            Self::None => 0.0,
            Self::Steady => 1.0,
            Self::Weekly => [0.4, 1.24][usize::from(hour / 24 % 7 < 5)],
            Self::Growing => (0.05 * days).exp(),
            Self::Dying => (-0.06 * days).exp(),
            Self::Dead => f64::from(u8::from(hour == 0)),
        }
    }
}

/// A plan; sizes of use are those of the protocol's share, in parts of the reserve an hour.
#[derive(Debug, Clone)]
pub struct ForgingPlan {
    start: Start,
    pub real: Real,
    real_size: f64,
    held: f64,
    /// From which hour, for how many, how much.
    bursts: Vec<(u64, u64, f64)>,
    /// Hours between syncs.
    sync_every: u64,
    /// Hour, part of the holding to sell or, negative, multiple of the reserve to buy for.
    trades: Vec<(u64, f64)>,
}

/// What a plan led to.
#[derive(Debug, Clone, Copy)]
pub struct Played {
    /// What upward steps added to what the holding sells for.
    pub gained_atoms: i128,
    /// What upward steps spent of the net.
    pub paid_atoms: i128,
    /// The protocol's shares of all fakes.
    pub lost_atoms: i128,
    /// Cash and what the holding sells for at the end; without the fakes' cost.
    pub worth_atoms: i128,
}

impl ForgingPlan {
    pub const GENES: usize = 6 + 3 * BURSTS + 2 * TRADES;

    pub fn of(genes: &mut Genes) -> Self {
        let start =
            Start { premium: 1.0 + genes.log(0.1, 18.0), reserve_atoms: RESERVE, slack: (genes.unit() - 0.7).max(0.0) };
        let (real, real_size, held) = (Real::of(genes), genes.log(1e-6, REAL_MAX), genes.share());
        let burst =
            |genes: &mut Genes| (genes.below(HOURS), genes.log(1.0, 400.0) as u64, genes.maybe_log(0.3, 1e-6, 1e-3));
        let bursts = (0..BURSTS).map(|_| burst(genes)).collect();
        let sync_every = [1, 1, 1, 2, 24, 168][genes.below(6) as usize];
        let trades = (0..TRADES).map(|_| trade(genes)).collect();
        Self { start, real, real_size, held, bursts, sync_every, trades }
    }

    /// Protocol's share of fakes in this hour, quote atoms.
    fn fake_atoms(&self, hour: u64) -> u64 {
        let bursts = self.bursts.iter().filter(|(from, hours, _)| (*from..from + hours).contains(&hour));
        (bursts.map(|(_, _, size)| size).sum::<f64>() * RESERVE as f64) as u64
    }

    /// Plays the plan, with or without its fakes and its trades.
    pub fn play(&self, fakes: bool, trades: bool, weakness: Weakness) -> Played {
        let mut world = World::standing(self.start, &MarketParams::DEFAULT, weakness);
        let real_share = self.real_size * RESERVE as f64;
        world.settle_at((real_share * self.real.level(0)) as u64);
        let token_atoms = (world.state.curve.circulating_atoms as f64 * self.held) as u64;
        let mut forger = Attacker::holding(token_atoms);
        let mut played = Played { gained_atoms: 0, paid_atoms: 0, lost_atoms: 0, worth_atoms: 0 };
        for hour in 0..HOURS {
            for (_, size) in self.trades.iter().filter(|(at, size)| trades && *at == hour && *size != 0.0) {
                if *size > 0.0 {
                    forger.sell_parts(&mut world, *size, 1);
                } else {
                    forger.buy_parts(&mut world, RESERVE as f64, -size, 1);
                }
            }
            let mut share_atoms = (real_share * self.real.level(hour)) as u64;
            if fakes {
                let fake_atoms = self.fake_atoms(hour);
                played.lost_atoms += i128::from(fake_atoms);
                share_atoms += fake_atoms;
            }
            if weakness == Weakness::None {
                world.usage.count_share(share_atoms);
            } else {
                // The default split gives the protocol a twentieth.
                world.usage.count(share_atoms * 20, 1_000, &world.usage_split, weakness);
            }
            world.next_epoch();
            if hour % self.sync_every == 0 {
                let standing_atoms = world.state.sync.standing_net_atoms;
                played.gained_atoms += gain_of_a_sync(&mut world, &forger);
                let spent_atoms = world.state.sync.standing_net_atoms.saturating_sub(standing_atoms);
                played.paid_atoms += i128::from(spent_atoms);
            }
        }
        played.worth_atoms = forger.cash_atoms + forger.value_atoms(&world.state.curve);
        played
    }
}

/// What an upward step adds to what the holding sells for, absorption apart.
fn gain_of_a_sync(world: &mut World, holder: &Attacker) -> i128 {
    let before = world.state.curve;
    let Some(synced) = world.sync_by_usage() else { return 0 };
    let after = synced.state_after.curve;
    if after.depth_atoms >= before.depth_atoms {
        return 0;
    }
    let mut absorbed = before;
    absorbed.virtual_atoms += synced.absorbed_atoms;
    holder.value_atoms(&after) - holder.value_atoms(&absorbed)
}

fn trade(genes: &mut Genes) -> (u64, f64) {
    let hour = genes.below(HOURS);
    let size = genes.unit();
    let traded = match size {
        size if size < 0.4 => 0.0,
        size if size < 0.7 => (size - 0.4) / 0.3,
        size => -0.01 * 300_f64.powf((size - 0.7) / 0.3),
    };
    (hour, traded)
}
