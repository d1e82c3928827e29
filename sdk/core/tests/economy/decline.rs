//! The whale over days of decline: sells, buys and waits as it likes while every hour asks for the largest downward
//! step, and ends with the tokens it began with.
//!
//! Bound (docs/curve.md, "Days of decline"): with `x` tokens held, `y` the token side of the curve, `H` the half-life
//! of the mark and `T` the time, the gain is at most `f(x) * E / (1 + E)` with
//! `E = (1 + x/y * (1 - 2^(-T/H))) * (e^S - 1)` and `S = drift_max / 2 * (1 + T / 24 h)`.

use modchains_test_seed::Random;

use super::{
    attacker::Attacker,
    search::{Outcome, Plan},
    weakness::Weakness,
    world::{EPOCH, World},
};

#[derive(Debug, Clone)]
pub struct Decline {
    market_seed: u64,
    held: f64,
    hours: u64,
    /// Hour, and what part of the holding to sell, or, negative, of what is missing to buy back.
    trades: Vec<(u64, f64)>,
}

impl Plan for Decline {
    fn random(random: &mut Random) -> Self {
        let hours = 1 + random.below(14 * 24);
        let mut trades = vec![(0, 1.0 - 0.01 * random.unit())];
        trades.extend((0..random.below(4)).map(|_| random_trade(random, hours)));
        Self { market_seed: random.next(), held: 0.05 + 0.95 * random.unit(), hours, trades }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let mut next = self.clone();
        match random.below(6) {
            0 => next.market_seed = random.next(),
            1 => next.held = 0.05 + 0.95 * random.unit(),
            2 => next.hours = 1 + random.below(14 * 24),
            3 if self.trades.len() < 6 => next.trades.push(random_trade(random, self.hours)),
            4 if self.trades.len() > 1 => {
                next.trades.pop();
            }
            _ => {
                let place = random.below(self.trades.len() as u64) as usize;
                next.trades[place] = random_trade(random, self.hours);
            }
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(self.market_seed, weakness);
        let token_atoms = (world.state.curve.circulating_atoms as f64 * self.held) as u64;
        let mut whale = Attacker::holding(token_atoms);
        let worth_atoms = whale.value_atoms(&world.state.curve);
        let held_per_token = token_atoms as f64 / world.state.curve.token_atoms().ok()? as f64;
        let bound = bound_of(&world, held_per_token, self.hours);
        for hour in 0..self.hours {
            for (_, part) in self.trades.iter().filter(|(at, _)| *at == hour) {
                if *part > 0.0 {
                    whale.sell(&mut world, (whale.token_atoms as f64 * part) as u64);
                } else {
                    let missing = token_atoms.saturating_sub(whale.token_atoms) as f64;
                    whale.buy_tokens(&mut world, (missing * -part) as u64);
                }
            }
            let step_ppm = -i32::try_from(world.rules.params.step_max_ppm).ok()?;
            world.sync_by(step_ppm)?;
            world.now_seconds += EPOCH;
        }
        whale.return_to(&mut world, token_atoms)?;
        if whale.turnover_atoms == 0 {
            return None;
        }
        Some(Outcome {
            profit_atoms: whale.cash_atoms,
            bound_atoms: (worth_atoms as f64 * bound) as i128 + i128::from(self.hours) + 2,
            capital_atoms: worth_atoms,
        })
    }
}

/// The documented bound as a part of what the holding sells for at the beginning, for syncs of `hours` hours.
pub fn bound_of(world: &World, held_per_token: f64, hours: u64) -> f64 {
    let half_lives = (hours * EPOCH as u64) as f64 / f64::from(world.rules.params.high_water_half_life_seconds);
    let days = hours as f64 / 24.0;
    let by_drift = f64::from(world.rules.params.drift_max_ppm) / 2e6 * (1.0 + days);
    let by_steps = hours as f64 * f64::from(world.rules.params.step_max_ppm) / 1e6;
    let excess = (1.0 + held_per_token * (1.0 - (-half_lives).exp2())) * by_drift.min(by_steps).exp_m1();
    excess / (1.0 + excess)
}

fn random_trade(random: &mut Random, hours: u64) -> (u64, f64) {
    (random.below(hours), 2.0 * random.unit() - 1.0)
}
