//! The dust trader: many trades of a few atoms, in markets of a few atoms, to collect roundings.
//!
//! Bound: nothing, in quote atoms, for trades that end with the tokens they began with.

use modchains_core::{
    curve::Curve,
    market::{Trade, TradeSide},
};
use modchains_test_seed::Random;

use super::{
    attacker::Attacker,
    search::{Outcome, Plan},
    weakness::Weakness,
    world::World,
};

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
        let token_atoms = (world.state.curve.circulating_atoms as f64 * self.held) as u64;
        let mut trader = Attacker::holding(token_atoms);
        for trade in (0..self.rounds).flat_map(|_| self.trades.iter()) {
            let atoms = trade.unsigned_abs();
            let is_generous = weakness == Weakness::TowardTrader;
            if !is_generous && *trade > 0 {
                trader.buy(&mut world, atoms);
            } else if !is_generous {
                trader.sell(&mut world, atoms);
            } else if *trade > 0 {
                generous_buy(&mut world, atoms).iter().for_each(|buy| trader.traded(buy));
            } else {
                generous_sell(&mut world, atoms.min(trader.token_atoms)).iter().for_each(|sell| trader.traded(sell));
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
    world.state.curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
    world.state.curve.invariant().is_ok().then_some(world)
}

/// A buy whose fee rounds down and whose tokens round up.
fn generous_buy(world: &mut World, gross_atoms: u64) -> Option<Trade> {
    let (fees, curve) = (world.rules.params.trade_fees(), &mut world.state.curve);
    let fee_atoms = gross_atoms * u64::from(fees.fee_bps) / 10_000;
    let net_atoms = gross_atoms - fee_atoms;
    let (quote, tokens) = (curve.quote_atoms().ok()?, curve.token_atoms().ok()?);
    let token_atoms = (tokens * net_atoms).div_ceil(quote + net_atoms);
    let legs = fees.split_fee(fee_atoms, true).ok()?;
    if token_atoms >= tokens {
        return None;
    }
    curve.reserve_atoms += net_atoms + legs.reserve;
    curve.circulating_atoms += token_atoms;
    let (side, quote_atoms, fee_bps) = (TradeSide::Buy, gross_atoms, fees.fee_bps);
    Some(Trade { side, quote_atoms, token_atoms, fee_bps, fee_atoms, legs, state_after: world.state })
}

/// A sale whose fee rounds down and whose proceeds round up.
fn generous_sell(world: &mut World, token_atoms: u64) -> Option<Trade> {
    let (fees, curve) = (world.rules.params.trade_fees(), &mut world.state.curve);
    let (quote, tokens) = (curve.quote_atoms().ok()?, curve.token_atoms().ok()?);
    let gross_atoms = (quote * token_atoms).div_ceil(tokens + token_atoms);
    if token_atoms == 0 || gross_atoms > curve.reserve_atoms {
        return None;
    }
    let fee_atoms = gross_atoms * u64::from(fees.fee_bps) / 10_000;
    let legs = fees.split_fee(fee_atoms, true).ok()?;
    curve.reserve_atoms = curve.reserve_atoms - gross_atoms + legs.reserve;
    curve.circulating_atoms -= token_atoms;
    let (side, quote_atoms, fee_bps) = (TradeSide::Sell, gross_atoms - fee_atoms, fees.fee_bps);
    Some(Trade { side, quote_atoms, token_atoms, fee_bps, fee_atoms, legs, state_after: world.state })
}

fn random_trade(random: &mut Random) -> i64 {
    let atoms = random.log_uniform(1.0, 2_000.0) as i64;
    if random.chance(2) { atoms } else { -atoms }
}
