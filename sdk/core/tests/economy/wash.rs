//! The wash user: holds tokens, is operator, creator, only staker and referrer, and pays for fake inference, alone or
//! on top of what real users pay.
//!
//! The plan may choose the market, the split of the usage fee, a holding, more buys, the course of fake use, when
//! reserve shares are deposited, and a last purchase around that deposit. Real demand is steady.
//!
//! Bound: what deposits and absorptions gave it on the way, as they give every holder, less the reserve shares of its own
//! fees, which came back with them. In the controls, the latter counts as its profit.

use modchains_core::sync::SyncReason;
use modchains_test_seed::Random;

use super::{
    attacker::Attacker,
    search::{Outcome, Plan},
    weakness::Weakness,
    world::World,
};

#[derive(Debug, Clone)]
pub struct Wash {
    market_seed: u64,
    /// Part of the supply held from the beginning.
    held: f64,
    /// First purchase, as a part of `R + V`.
    first_buy: f64,
    /// Real fees of an epoch as a part of `R`.
    real: f64,
    /// Fake fees of the first epoch as a part of `R`.
    fake: f64,
    /// Growth of fake fees in a day.
    growth: f64,
    days: u64,
    /// Days after which the fake use pauses, and for how many.
    on_days: u64,
    off_days: u64,
    /// Whether reserve shares wait for the end.
    withhold: bool,
    /// Purchase around the last deposit, as a part of `R + V`.
    last_buy: f64,
}

impl Plan for Wash {
    fn random(random: &mut Random) -> Self {
        if random.chance(4) {
            return Self::beside_real_use(random);
        }
        let real = if random.chance(3) { 0.0 } else { random.log_uniform(1e-5, 0.1) };
        let fake = if random.chance(2) { random.log_uniform(1e-6, 0.1) } else { real * random.log_uniform(0.05, 3.0) };
        Self {
            market_seed: random.next(),
            held: if random.chance(2) { 0.0 } else { random.unit() },
            first_buy: if random.chance(3) { 0.0 } else { random.log_uniform(1e-3, 30.0) },
            real,
            fake,
            growth: if random.chance(2) { 0.0 } else { random.unit() * 0.5 },
            days: 1 + random.below(30),
            on_days: 1 + random.below(30),
            off_days: random.below(5),
            withhold: random.chance(2),
            last_buy: if random.chance(2) { 0.0 } else { random.log_uniform(1e-2, 30.0) },
        }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let other = Self::random(random);
        let scale = random.log_uniform(0.6, 1.7);
        let mut next = self.clone();
        match random.below(14) {
            0 => next.market_seed = other.market_seed,
            1 => next.held = (self.held * scale).min(1.0),
            2 => next.first_buy = self.first_buy * scale,
            3 => next.real = self.real * scale,
            4 => next.fake = self.fake * scale,
            5 => next.growth = self.growth * scale,
            6 => next.days = other.days,
            7 => (next.on_days, next.off_days) = (other.on_days, other.off_days),
            8 => next.withhold = other.withhold,
            9 => next.last_buy = self.last_buy * scale,
            10 => next.last_buy = other.last_buy,
            11 => next.fake = other.fake,
            12 => (next.real, next.fake) = (other.real, other.fake),
            _ => (next.held, next.first_buy) = (other.held, other.first_buy),
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(self.market_seed, weakness);
        let unit = world.state.curve.reserve_atoms as f64;
        let mut wash = Attacker::holding((world.state.curve.circulating_atoms as f64 * self.held) as u64);
        let began_atoms = wash.value_atoms(&world.state.curve);
        let real_atoms = (unit * self.real) as u64;
        world.usage.settle_at(real_atoms);
        wash.buy_part(&mut world, self.first_buy);
        let (mut entitled_atoms, mut paid_atoms, mut own_atoms) = (0, 0, 0);
        let (mut due_own, mut due_real) = (0, 0);
        let mut fake = unit * self.fake;
        for hour in 0..self.days * 24 {
            let fakes = hour / 24 % (self.on_days + self.off_days) < self.on_days;
            due_real += world.usage.count(real_atoms, 100, &world.usage_split).reserve;
            if fakes {
                let legs = world.usage.count(fake as u64, 1_000, &world.usage_split);
                wash.cash_atoms -= i128::from(legs.reserve) + i128::from(legs.protocol);
                paid_atoms += i128::from(legs.reserve) + i128::from(legs.protocol);
                due_own += legs.reserve;
                own_atoms += i128::from(legs.reserve);
            }
            fake = (fake * (1.0 + self.growth / 24.0)).min(unit);
            if !self.withhold {
                let [own, real] = [&mut due_own, &mut due_real].map(|due| deposit(&mut world, &wash, due));
                (entitled_atoms, own_atoms) = (entitled_atoms + real, own_atoms - own);
            }
            world.next_epoch();
            let before = wash.value_atoms(&world.state.curve);
            if world.sync_by_usage()?.reason == SyncReason::Absorbed {
                entitled_atoms += wash.value_atoms(&world.state.curve) - before;
            }
        }
        wash.buy_part(&mut world, self.last_buy);
        let [own, real] = [&mut due_own, &mut due_real].map(|due| deposit(&mut world, &wash, due));
        (entitled_atoms, own_atoms) = (entitled_atoms + real, own_atoms - own);
        // Below a thousandth of a percent of the reserve, rounding is all there is.
        if paid_atoms < 1_000 + (unit * 1e-5) as i128 {
            return None;
        }
        if weakness != Weakness::None {
            own_atoms = entitled_atoms.min(0);
        }
        Some(Outcome {
            profit_atoms: wash.cash_atoms + wash.value_atoms(&world.state.curve) - began_atoms,
            bound_atoms: entitled_atoms - own_atoms + i128::from(self.days * 24 * 2 + 16),
            capital_atoms: paid_atoms,
        })
    }
}

impl Wash {
    /// A holder who adds a part of it to steady real use.
    fn beside_real_use(random: &mut Random) -> Self {
        let real = random.log_uniform(1e-4, 5e-3);
        Self {
            market_seed: random.next(),
            held: 0.2 + 0.8 * random.unit(),
            first_buy: 0.0,
            real,
            fake: real * random.log_uniform(0.15, 1.0),
            growth: 0.0,
            days: 5 + random.below(16),
            on_days: 30,
            off_days: 0,
            withhold: false,
            last_buy: 0.0,
        }
    }
}

/// Deposits what is due and says what that gave the attacker.
fn deposit(world: &mut World, wash: &Attacker, due_atoms: &mut u64) -> i128 {
    let before = wash.value_atoms(&world.state.curve);
    world.deposit(std::mem::take(due_atoms));
    wash.value_atoms(&world.state.curve) - before
}
