//! The dust trader: many trades of a few atoms, in markets of a few atoms, to collect roundings.
//!
//! Bound: nothing, in quote atoms, for trades that end with the tokens they began with.

use modchains_core::curve::Curve;
use modchains_core::trade::{Buy, Sell};

use super::attacker::Attacker;
use super::random::Random;
use super::search::{Outcome, Plan};
use super::weakness::Weakness;
use super::world::World;

#[derive(Debug, Clone)]
pub struct Dust {
    market_seed: u64,
    held: f64,
    /// Positive: quote atoms to spend; negative: token atoms to sell.
    trades: Vec<i64>,
    /// How often the trades are repeated.
    rounds: u64,
}

impl Plan for Dust {
    fn random(random: &mut Random) -> Self {
        let trades = (0..1 + random.below(6)).map(|_| random_trade(random)).collect();
        Self { market_seed: random.next(), held: random.unit(), trades, rounds: 1 + random.below(20) }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let mut next = self.clone();
        let place = random.below(self.trades.len() as u64) as usize;
        match random.below(6) {
            0 => next.market_seed = random.next(),
            1 => next.held = random.unit(),
            2 => next.rounds = 1 + random.below(20),
            3 => next.trades[place] = random_trade(random),
            4 if self.trades.len() < 8 => next.trades.push(random_trade(random)),
            _ => next.trades[place] += random.below(5) as i64 - 2,
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = tiny(self.market_seed, weakness)?;
        let token_atoms = (world.curve.circulating_atoms as f64 * self.held) as u64;
        let mut trader = Attacker::holding(token_atoms);
        for trade in (0..self.rounds).flat_map(|_| self.trades.iter()) {
            let atoms = trade.unsigned_abs();
            let is_generous = weakness == Weakness::TowardTrader;
            if !is_generous && *trade > 0 {
                trader.buy(&mut world, atoms);
            } else if !is_generous {
                trader.sell(&mut world, atoms);
            } else if *trade > 0 {
                generous_buy(&mut world, atoms).iter().for_each(|buy| trader.bought(buy));
            } else {
                generous_sell(&mut world, atoms.min(trader.token_atoms)).iter().for_each(|sell| trader.sold(sell));
            }
        }
        trader.return_to(&mut world, token_atoms)?;
        if trader.turnover_atoms == 0 {
            return None;
        }
        Some(Outcome { profit_atoms: trader.cash_atoms, bound_atoms: 0, capital_atoms: trader.turnover_atoms })
    }
}

/// A market of a few to a million atoms on either side.
fn tiny(seed: u64, weakness: Weakness) -> Option<World> {
    let mut world = World::grown(seed, weakness);
    let mut random = Random(seed);
    let circulating_atoms = random.log_uniform(1.0, 1e6) as u64;
    let token_atoms = random.log_uniform(1.0, 1e6) as u64;
    let reserve_atoms = random.log_uniform(1.0, 1e6) as u64;
    let virtual_atoms = ((reserve_atoms * token_atoms) as f64 / circulating_atoms as f64 * random.unit()) as u64;
    let depth_atoms = circulating_atoms + token_atoms;
    world.curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
    world.curve.invariant().is_ok().then_some(world)
}

/// A buy whose fee rounds down and whose tokens round up.
fn generous_buy(world: &mut World, gross_atoms: u64) -> Option<Buy> {
    let fee_atoms = gross_atoms * u64::from(world.fees.fee_bps) / 10_000;
    let net_atoms = gross_atoms - fee_atoms;
    let (quote, tokens) = (world.curve.quote_atoms().ok()?, world.curve.token_atoms().ok()?);
    let token_atoms_out = (tokens * net_atoms).div_ceil(quote + net_atoms);
    let legs = world.fees.split_fee(fee_atoms, true).ok()?;
    if token_atoms_out >= tokens {
        return None;
    }
    world.curve.reserve_atoms += net_atoms + legs.reserve;
    world.curve.circulating_atoms += token_atoms_out;
    Some(Buy { quote_atoms_in: gross_atoms, fee_atoms, legs, token_atoms_out, curve_after: world.curve })
}

/// A sale whose fee rounds down and whose proceeds round up.
fn generous_sell(world: &mut World, token_atoms_in: u64) -> Option<Sell> {
    let (quote, tokens) = (world.curve.quote_atoms().ok()?, world.curve.token_atoms().ok()?);
    let gross_atoms = (quote * token_atoms_in).div_ceil(tokens + token_atoms_in);
    if token_atoms_in == 0 || gross_atoms > world.curve.reserve_atoms {
        return None;
    }
    let fee_atoms = gross_atoms * u64::from(world.fees.fee_bps) / 10_000;
    let legs = world.fees.split_fee(fee_atoms, true).ok()?;
    world.curve.reserve_atoms = world.curve.reserve_atoms - gross_atoms + legs.reserve;
    world.curve.circulating_atoms -= token_atoms_in;
    let quote_atoms_out = gross_atoms - fee_atoms;
    Some(Sell { token_atoms_in, quote_atoms_out, fee_atoms, legs, curve_after: world.curve })
}

fn random_trade(random: &mut Random) -> i64 {
    let atoms = random.log_uniform(1.0, 2_000.0) as i64;
    if random.chance(2) { atoms } else { -atoms }
}
