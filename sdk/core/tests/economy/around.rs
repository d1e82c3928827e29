//! Trades around syncs and deposits: the flash trader, who does everything within one transaction, and the whale, who
//! has two epochs. Both own every fee leg that can be owned. The steps are as large as the config accepts, in any
//! direction, and others pay for them.
//!
//! Two figures count, the larger one: cash after trades that end with the tokens the attacker began with, and what the
//! trades add to what its holding sells for after the same steps and deposits.
//!
//! Bound: nothing, but for that part of a deposit that finds no virtual quote to replace and so moves the price; the whale
//! is spared such deposits.

use modchains_core::sync::SyncReason;
use modchains_test_seed::Random;

use super::{
    attacker::Attacker,
    search::{Outcome, Plan},
    weakness::Weakness,
    world::{EPOCH, World},
};

#[derive(Debug, Clone, Copy)]
enum Act {
    /// Gross quote as a multiple of `R + V`, in parts.
    Buy(f64, u64),
    /// Part of the holding, in parts: parts let a seller get some of its own reserve legs back.
    Sell(f64, u64),
    /// A sync with this part of the largest step, down to its negative.
    Sync(f64),
    /// A deposit to the reserve that was due anyway, as a multiple of `R + V` at the beginning.
    Deposit(f64),
}

/// A plan within one transaction.
#[derive(Debug, Clone)]
pub struct Flash(Around);

/// A plan of two syncs one epoch apart.
#[derive(Debug, Clone)]
pub struct Whale(Around);

#[derive(Debug, Clone)]
struct Around {
    market_seed: u64,
    held: f64,
    acts: Vec<Act>,
}

impl Plan for Flash {
    fn random(random: &mut Random) -> Self {
        Self(Around::random(random))
    }

    fn vary(&self, random: &mut Random) -> Self {
        Self(self.0.vary(random))
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        self.0.play(weakness, 0, u64::MAX)
    }
}

impl Plan for Whale {
    fn random(random: &mut Random) -> Self {
        Self(Around::random(random))
    }

    fn vary(&self, random: &mut Random) -> Self {
        Self(self.0.vary(random))
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        self.0.play(weakness, EPOCH, 0)
    }
}

impl Around {
    fn random(random: &mut Random) -> Self {
        let held = [0.0, 1.0, random.unit(), random.unit()][random.below(4) as usize];
        let acts = match random.below(4) {
            // Out, two syncs at a distorted state, back in.
            0 => vec![Act::Sell(0.9 + 0.1 * random.unit(), 1 + random.below(8)), Act::Sync(-1.0), Act::Sync(-1.0)],
            _ => (0..2 + random.below(7)).map(|_| random_act(random)).collect(),
        };
        Self { market_seed: random.next(), held, acts }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let mut next = self.clone();
        let place = random.below(self.acts.len() as u64) as usize;
        match random.below(10) {
            0 => next.market_seed = random.next(),
            1 => next.held = Self::random(random).held,
            2 => next.acts[place] = random_act(random),
            3 if self.acts.len() < 10 => next.acts.insert(place, random_act(random)),
            4 if self.acts.len() > 1 => {
                next.acts.remove(place);
            }
            5 => next.acts.swap(0, place),
            _ => next.acts[place] = nudge(self.acts[place], random),
        }
        next
    }

    /// `wait_seconds` pass after each sync. Deposits exceed what virtual quote can make room for by at most
    /// `excess_atoms`.
    fn play(&self, weakness: Weakness, wait_seconds: i64, excess_atoms: u64) -> Option<Outcome> {
        let mut world = World::grown(self.market_seed, weakness);
        let mut idle = world;
        let token_atoms = (world.state.curve.circulating_atoms as f64 * self.held) as u64;
        let mut attacker = Attacker::holding(token_atoms);
        let unit = world.state.curve.quote_atoms().ok()? as f64;
        let (mut same_steps, mut price_moving_atoms, mut syncs) = (true, 0, 0);
        for act in &self.acts {
            match *act {
                Act::Buy(part, parts) => (0..parts).for_each(|_| attacker.buy_part(&mut world, part / parts as f64)),
                Act::Sell(share, parts) => {
                    let part = (attacker.token_atoms as f64 * share / parts as f64) as u64;
                    (0..parts).for_each(|_| attacker.sell(&mut world, part));
                }
                Act::Sync(step) if syncs < 2 || weakness == Weakness::NoEpoch => {
                    let step_ppm = (step * f64::from(world.rules.params.step_max_ppm)) as i32;
                    let [moved, stood] = [&mut world, &mut idle].map(|market| size_of_step(market, step_ppm));
                    same_steps &= moved == stood;
                    syncs += 1;
                    world.now_seconds += wait_seconds;
                    idle.now_seconds += wait_seconds;
                }
                Act::Sync(_) => {}
                Act::Deposit(part) => {
                    let quiet_atoms = world.state.curve.virtual_atoms.min(idle.state.curve.virtual_atoms) - 1;
                    let atoms = ((unit * part) as u64).min(quiet_atoms.saturating_add(excess_atoms));
                    price_moving_atoms += atoms.saturating_sub(quiet_atoms);
                    world.deposit(atoms);
                    idle.deposit(atoms);
                }
            }
        }
        attacker.return_to(&mut world, token_atoms)?;
        let (round_trip_atoms, turnover_atoms) = (attacker.cash_atoms, attacker.turnover_atoms);
        if turnover_atoms == 0 {
            return None;
        }
        let mut holder = Attacker::holding(token_atoms);
        holder.sell(&mut idle, token_atoms);
        attacker.sell(&mut world, token_atoms);
        let marked_atoms = attacker.cash_atoms - holder.cash_atoms - 2;
        Some(Outcome {
            profit_atoms: if same_steps { round_trip_atoms.max(marked_atoms) } else { round_trip_atoms },
            bound_atoms: i128::from(price_moving_atoms),
            capital_atoms: turnover_atoms,
        })
    }
}

/// What a sync did: nothing for an absorption, whose size differs with the slack that trades leave.
fn size_of_step(market: &mut World, step_ppm: i32) -> Option<(SyncReason, i32)> {
    let synced = market.sync_by(step_ppm)?;
    let is_step = synced.reason != SyncReason::Absorbed;
    Some((synced.reason, if is_step { synced.step_applied_ppm } else { 0 }))
}

fn random_act(random: &mut Random) -> Act {
    let parts = 1 + random.below(8);
    match random.below(10) {
        0..=2 => Act::Buy(random.log_uniform(1e-6, 100.0), parts),
        3..=5 => Act::Sell(if random.chance(3) { 1.0 } else { random.unit() }, parts),
        6 => Act::Sync(0.0),
        7 => Act::Sync(1.0),
        8 => Act::Sync(-1.0),
        _ => Act::Deposit(random.log_uniform(1e-4, 1.0)),
    }
}

fn nudge(act: Act, random: &mut Random) -> Act {
    let scale = random.log_uniform(0.5, 2.0);
    match act {
        Act::Buy(part, parts) => Act::Buy((part * scale).min(1e4), parts),
        Act::Sell(share, parts) => Act::Sell((share * scale).min(1.0), parts),
        Act::Sync(_) => Act::Sync(2.0 * random.unit() - 1.0),
        Act::Deposit(part) => Act::Deposit((part * scale).min(10.0)),
    }
}
