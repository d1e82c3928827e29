//! Trades around syncs and deposits: the flash trader, who does everything within one transaction, and the whale, who
//! has two epochs. Both own every fee leg that can be owned. The steps are as large as the config accepts, in any
//! direction, and others pay for them.
//!
//! Two figures count, the larger one: cash after trades that end with the tokens the attacker began with, and, where no
//! step went down, what the trades add to what its holding sells for after the same steps and deposits.
//!
//! Bound: nothing, where all of the reserve has owners when they come. Below the supply floor a part of it has none, and
//! whoever holds while others, or the holder, buy gets more of it (docs/curve.md, "What the promise does not cover").

use modchains_core::sync::SyncReason;
use modchains_test_seed::Random;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Weakness, World},
};

/// Within one transaction.
pub struct Flash;

/// Within two epochs.
pub struct Whale;

impl Adversary for Flash {
    const GENES: usize = GENES;

    fn play(genes: Genes, weakness: Weakness) -> Option<Outcome> {
        play(genes, weakness, 0)
    }
}

impl Adversary for Whale {
    const GENES: usize = GENES;

    fn play(genes: Genes, weakness: Weakness) -> Option<Outcome> {
        play(genes, weakness, EPOCH)
    }
}

/// How many things a plan does.
const ACTS: usize = 8;
const GENES: usize = World::GROWN_GENES + 3 + 3 * ACTS;

#[derive(Debug, Clone, Copy)]
enum Act {
    /// Gross quote as a multiple of `R + V` at the beginning, in parts.
    Buy(f64, u64),
    /// Part of the holding, in parts.
    Sell(f64, u64),
    /// A sync with this part of the largest step, down to its negative.
    Sync(f64),
    /// A deposit to the reserve that was due anyway, as a multiple of `R + V` at the beginning.
    Deposit(f64),
    Nothing,
}

impl Act {
    fn of(genes: &mut Genes) -> Self {
        let kind = genes.below(12);
        let mut size = genes.clone();
        let parts = {
            genes.unit();
            genes.log(1.0, 60.0) as u64
        };
        match kind {
            0..=2 => Self::Buy(size.log(1e-6, 60.0), parts),
            3..=5 => Self::Sell(size.share(), parts),
            6 | 7 => Self::Sync((3.0 * size.unit() - 1.0).min(1.0)),
            8 => Self::Sync(-size.share()),
            9 => Self::Deposit(size.log(1e-4, 2.0)),
            _ => Self::Nothing,
        }
    }
}

/// The attacker's market, and the same market without it.
struct Twins {
    world: World,
    idle: World,
    attacker: Attacker,
    /// Quote atoms that sizes are multiples of.
    unit: f64,
    wait_seconds: i64,
    syncs: u32,
    /// Whether holdings can be compared: the same steps on both, none of them down.
    comparable: bool,
}

fn play(mut genes: Genes, weakness: Weakness, wait_seconds: i64) -> Option<Outcome> {
    let mut world = World::grown(&mut genes, weakness);
    let (has_history, history) = (genes.chance(0.4), genes.below(100_000));
    if has_history {
        others_trade(&mut world, history);
    }
    let world = world.with_owners()?;
    let token_atoms = (world.state.curve.circulating_atoms as f64 * genes.share()) as u64;
    let unit = world.quote_atoms();
    let attacker = Attacker::holding(token_atoms);
    let mut twins = Twins { world, idle: world, attacker, unit, wait_seconds, syncs: 0, comparable: true };
    (0..ACTS).for_each(|_| twins.act(Act::of(&mut genes)));
    let Twins { mut world, mut idle, mut attacker, comparable, .. } = twins;
    attacker.return_to(&mut world, token_atoms)?;
    let round_trip_atoms = attacker.cash_atoms;
    let capital_atoms = attacker.turnover_atoms;
    if capital_atoms < 10_000_000 {
        return None;
    }
    let mut holder = Attacker::holding(token_atoms);
    holder.sell(&mut idle, token_atoms);
    attacker.sell(&mut world, token_atoms);
    let marked_atoms = attacker.cash_atoms - holder.cash_atoms;
    let profit_atoms = if comparable { round_trip_atoms.max(marked_atoms) } else { round_trip_atoms };
    // Two worlds differ in their roundings by some atoms.
    Some(Outcome { profit_atoms, bound_atoms: 8, capital_atoms })
}

impl Twins {
    fn act(&mut self, act: Act) {
        let Self { world, idle, attacker, .. } = self;
        match act {
            Act::Buy(multiple, parts) => attacker.buy_parts(world, self.unit, multiple, parts),
            Act::Sell(share, parts) => attacker.sell_parts(world, share, parts),
            Act::Sync(step) if self.syncs < 2 || world.weakness == Weakness::NoEpoch => {
                let [moved, stood] = [&mut *world, &mut *idle].map(|market| step_of(market, step));
                self.comparable &= moved == stood && moved.is_none_or(|(_, step_ppm)| step_ppm >= 0);
                self.syncs += 1;
                world.now_seconds += self.wait_seconds;
                idle.now_seconds += self.wait_seconds;
            }
            Act::Deposit(multiple) => {
                let atoms = (self.unit * multiple) as u64;
                world.deposit(atoms);
                idle.deposit(atoms);
            }
            Act::Sync(_) | Act::Nothing => {}
        }
    }
}

/// What a sync did: nothing for an absorption, whose size differs with the slack that trades leave.
fn step_of(market: &mut World, step: f64) -> Option<(SyncReason, i32)> {
    let synced = market.sync_by(step)?;
    let reason = if synced.reason == SyncReason::Absorbed { SyncReason::Unchanged } else { synced.reason };
    Some((reason, synced.step_ppm))
}

/// What others did before: buys, sales, gifts to the reserve, syncs and time.
fn others_trade(world: &mut World, seed: u64) {
    let mut random = Random(seed);
    for _ in 0..1 + random.below(24) {
        match random.below(6) {
            0 => {
                let spent = world.quote_atoms() * random.log_uniform(1e-4, 4.0);
                let _ = world.buy(spent as u64);
            }
            1 => {
                let sold = world.state.curve.circulating_atoms as f64 * random.unit();
                let _ = world.sell(sold as u64);
            }
            2 => {
                let given = world.state.curve.reserve_atoms as f64 * random.log_uniform(1e-6, 10.0);
                world.deposit(given as u64);
            }
            3 => world.now_seconds += random.below(3 * 24 * 3_600) as i64,
            _ => {
                world.now_seconds += EPOCH;
                world.sync_by(2.0 * random.unit() - 1.0);
            }
        }
    }
    world.now_seconds += EPOCH;
}
