//! What an attacker may do around up to two syncs, as a genome that can be drawn at random and varied.

use modchains_core::fees::FeeLegs;
use modchains_test_seed::Random;

use super::market::{Market, Rule};

/// One trade of the plan, in up to eight parts: parts let a seller get some of its own reserve legs back.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Gross quote, as a multiple of `R + V`.
    Buy { size: f64, parts: u8 },
    /// Part of the attacker's holding.
    Sell { share: f64, parts: u8 },
}

/// A market history, a holding, and trades before, between and after two syncs.
#[derive(Debug, Clone)]
pub struct Plan {
    pub market_seed: u64,
    pub history_seed: u64,
    pub holding_share: f64,
    pub phases: [Vec<Act>; 3],
    /// Signed steps as a part of the largest one; `None` leaves the sync out.
    pub steps: [Option<f64>; 2],
}

/// What a plan gained, in quote atoms.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Cash after trades that end with the tokens the attacker began with.
    pub round_trip_atoms: i128,
    /// The same, plus what selling the holding then pays, less what it pays after the same syncs without any trade.
    /// `None` when the trades changed which steps were made, for example by lifting `C` over its minimum.
    pub marked_atoms: Option<i128>,
    /// Gross quote traded.
    pub turnover_atoms: u64,
}

struct Attacker {
    token_atoms: u64,
    cash_atoms: i128,
    turnover_atoms: u64,
}

impl Attacker {
    fn buy(&mut self, market: &mut Market, gross_atoms: u64) {
        if let Some(buy) = market.buy(gross_atoms) {
            self.token_atoms += buy.token_atoms;
            self.record(-i128::from(buy.quote_atoms), &buy.legs);
        }
    }

    fn sell(&mut self, market: &mut Market, token_atoms: u64) {
        if let Some(sell) = market.sell(token_atoms) {
            self.token_atoms -= sell.token_atoms;
            self.record(i128::from(sell.quote_atoms), &sell.legs);
        }
    }

    /// The attacker is creator, only staker and referrer: those legs come back in full.
    fn record(&mut self, quote_atoms: i128, legs: &FeeLegs) {
        self.cash_atoms += quote_atoms + i128::from(legs.vault) + i128::from(legs.creator) + i128::from(legs.referrer);
        self.turnover_atoms = self.turnover_atoms.saturating_add(quote_atoms.unsigned_abs() as u64);
    }

    fn act(&mut self, market: &mut Market, act: Act) {
        match act {
            Act::Buy { size, parts } => {
                let part = (market.state.curve.quote_atoms().unwrap() as f64 * size / f64::from(parts)) as u64;
                for _ in 0..parts {
                    self.buy(market, part.min(1 << 60));
                }
            }
            Act::Sell { share, parts } => {
                let part = (self.token_atoms as f64 * share / f64::from(parts)) as u64;
                for _ in 0..parts {
                    self.sell(market, part.min(self.token_atoms));
                }
            }
        }
    }

    /// Trades back to `token_atoms`; false when the curve cannot.
    fn close(&mut self, market: &mut Market, token_atoms: u64) -> bool {
        if self.token_atoms > token_atoms {
            self.sell(market, self.token_atoms - token_atoms);
        } else if self.token_atoms < token_atoms
            && let Some(buy) = market.buy_tokens(token_atoms - self.token_atoms)
        {
            self.token_atoms += buy.token_atoms;
            self.record(-i128::from(buy.quote_atoms), &buy.legs);
        }
        self.token_atoms == token_atoms
    }
}

impl Plan {
    pub fn random(random: &mut Random) -> Self {
        Self {
            market_seed: random.next(),
            history_seed: random.next(),
            holding_share: random_holding(random),
            phases: [random_acts(random), random_acts(random), random_acts(random)],
            steps: [random_step(random), random_step(random)],
        }
    }

    /// A neighbour: one gene changed.
    pub fn vary(&self, random: &mut Random) -> Self {
        let mut next = self.clone();
        match random.below(12) {
            0 => next.market_seed = random.next(),
            1 => next.history_seed = random.next(),
            2 => next.holding_share = random_holding(random),
            3 | 4 => {
                let which = random.below(2) as usize;
                next.steps[which] = random_step(random);
            }
            5 => {
                let phase = random.below(3) as usize;
                next.phases[phase] = random_acts(random);
            }
            _ => {
                let phase = random.below(3) as usize;
                match next.phases[phase].first_mut() {
                    Some(act) => *act = nudge(*act, random),
                    None => next.phases[phase] = random_acts(random),
                }
            }
        }
        next
    }

    /// Plays the plan and its twin without trades; `None` when the market cannot be reached or closed.
    pub fn play(&self, rule: Rule) -> Option<Outcome> {
        let start = history(self.market_seed, self.history_seed, rule);
        let token_atoms = (start.state.curve.circulating_atoms as f64 * self.holding_share) as u64;
        let token_atoms = token_atoms.min(start.state.curve.circulating_atoms);

        let mut market = start;
        let mut attacker = Attacker { token_atoms, cash_atoms: 0, turnover_atoms: 0 };
        let mut idle = start;
        let mut same_steps = true;
        for (phase, acts) in self.phases.iter().enumerate() {
            acts.iter().for_each(|act| attacker.act(&mut market, *act));
            if let Some(Some(step)) = self.steps.get(phase) {
                let step_ppm = (step * f64::from(start.rules.params.step_max_ppm)) as i32;
                same_steps &= market.sync(step_ppm) == idle.sync(step_ppm);
            }
            if phase == 0 {
                let epoch_seconds = i64::from(start.rules.params.epoch_seconds);
                market.wait(epoch_seconds);
                idle.wait(epoch_seconds);
            }
        }
        if attacker.turnover_atoms == 0 || !attacker.close(&mut market, token_atoms) {
            return None;
        }
        let mut holder = Attacker { token_atoms, cash_atoms: 0, turnover_atoms: 0 };
        holder.sell(&mut idle, token_atoms);
        let (round_trip_atoms, turnover_atoms) = (attacker.cash_atoms, attacker.turnover_atoms);
        attacker.sell(&mut market, token_atoms);
        Some(Outcome {
            round_trip_atoms,
            marked_atoms: same_steps.then_some(attacker.cash_atoms - holder.cash_atoms),
            turnover_atoms,
        })
    }
}

/// A market that others have traded in: buys, sales, gifts to the reserve, syncs and time.
fn history(market_seed: u64, history_seed: u64, rule: Rule) -> Market {
    let mut market = Market::launch(market_seed, rule);
    let mut random = Random(history_seed);
    let first_atoms = market.state.curve.virtual_atoms as f64 * random.log_uniform(0.01, 30.0);
    market.buy(first_atoms as u64);
    for _ in 0..random.below(24) {
        let quote_atoms = market.state.curve.quote_atoms().unwrap() as f64;
        match random.below(6) {
            0 => {
                market.buy((quote_atoms * random.log_uniform(1e-4, 4.0)) as u64);
            }
            1 => {
                let share = random.unit();
                market.sell((market.state.curve.circulating_atoms as f64 * share) as u64);
            }
            2 => {
                let gift_atoms = (market.state.curve.reserve_atoms as f64 * random.log_uniform(1e-6, 100.0)) as u64;
                market.state.curve = market.state.curve.deposit_reserve(gift_atoms).unwrap_or(market.state.curve);
            }
            3 => market.wait(random.below(3 * 24 * 3_600) as i64),
            _ => {
                market.wait(i64::from(market.rules.params.epoch_seconds));
                let step = random_step(&mut random).unwrap_or(0.0);
                market.sync((step * f64::from(market.rules.params.step_max_ppm)) as i32);
            }
        }
    }
    market.wait(i64::from(market.rules.params.epoch_seconds));
    market
}

fn random_holding(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => 0.0,
        1 => 1.0,
        _ => random.unit(),
    }
}

fn random_step(random: &mut Random) -> Option<f64> {
    match random.below(8) {
        0 => None,
        1 => Some(0.0),
        2 => Some(2.0 * random.unit() - 1.0),
        even if even % 2 == 0 => Some(1.0),
        _ => Some(-1.0),
    }
}

fn random_acts(random: &mut Random) -> Vec<Act> {
    (0..random.below(3)).map(|_| random_act(random)).collect()
}

fn random_act(random: &mut Random) -> Act {
    let parts = 1 + random.below(8) as u8;
    if random.chance(2) {
        Act::Buy { size: random.log_uniform(1e-6, 100.0), parts }
    } else {
        Act::Sell { share: if random.chance(3) { 1.0 } else { random.unit() }, parts }
    }
}

fn nudge(act: Act, random: &mut Random) -> Act {
    if random.chance(6) {
        return random_act(random);
    }
    match act {
        Act::Buy { size, parts } => Act::Buy { size: (size * random.log_uniform(0.5, 2.0)).min(1e4), parts },
        Act::Sell { share, parts } => Act::Sell { share: (share * random.log_uniform(0.7, 1.4)).min(1.0), parts },
    }
}
