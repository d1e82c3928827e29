//! The sniper at launch: buys with several wallets, in any seconds, several transactions in one, sells when it pleases.
//! It may be the creator, who besides gets one buy without cap at the base fee in the opening transaction. The crowd
//! spends what it spends, whatever the price.
//!
//! Bound (docs/curve.md, "Launch"): a transaction that spends `q` at second `t` gains at most
//! `min(q * (1 - fee(t)) / p(t), cap) * P - q * (1 - fee(t) * b)`, with `p(t)` the spot price it meets, `P` the
//! highest spot price at which the sniper sells and `b` the part of a fee that it owns itself.

use modchains_core::{CoreError, fees::TRADE_FEES_DEFAULT, launch::LaunchTerms};
use modchains_test_seed::Random;

use super::{
    attacker::Attacker,
    search::{Outcome, Plan},
    weakness::Weakness,
    world::{DEPTH, World},
};

/// Opening virtual reserve: 30 SOL.
const VIRTUAL: u64 = 30_000_000_000;
/// Protection of the launch that is attacked: half of the trade at first, ten minutes, a hundredth of the depth.
const TERMS: LaunchTerms = LaunchTerms { fee_max_bps: 5_000, duration_seconds: 600, cap_ppm: 10_000 };

#[derive(Debug, Clone)]
pub struct Sniper {
    crowd_seed: u64,
    /// What the crowd spends in the first hour, as a multiple of the virtual reserve.
    crowd: f64,
    /// Spent in the opening transaction by the creator, as a multiple of the virtual reserve.
    first_buy: f64,
    /// Second, spent in that transaction as a multiple of the virtual reserve, number of such transactions.
    buys: Vec<(u64, f64, u64)>,
    /// Second of the sale.
    leave: u64,
}

impl Plan for Sniper {
    fn random(random: &mut Random) -> Self {
        Self {
            crowd_seed: random.next(),
            crowd: random.log_uniform(0.1, 30.0),
            first_buy: if random.chance(2) { 0.0 } else { random.log_uniform(1e-3, 3.0) },
            buys: (0..1 + random.below(4)).map(|_| random_buy(random)).collect(),
            leave: 1 + random.below(3_600),
        }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let (mut next, other) = (self.clone(), Self::random(random));
        match random.below(7) {
            0 => next.crowd_seed = other.crowd_seed,
            1 => next.crowd = other.crowd,
            2 => next.first_buy = other.first_buy,
            3 => next.leave = other.leave,
            4 => next.buys = other.buys,
            _ => {
                let place = random.below(self.buys.len() as u64) as usize;
                let (second, spent, wallets) = self.buys[place];
                next.buys[place] = (second, (spent * random.log_uniform(0.5, 2.0)).min(10.0), wallets);
            }
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::open(DEPTH, VIRTUAL, TERMS, weakness);
        let mut launch = Launch { sniper: Attacker::default(), purchases: Vec::new() };
        launch.buy_first(&mut world, (VIRTUAL as f64 * self.first_buy) as u64);
        let mut crowd = Random(self.crowd_seed);
        for second in 0..self.leave {
            world.now_seconds = second as i64;
            for (_, spent, transactions) in self.buys.iter().filter(|(at, _, _)| *at == second) {
                (0..*transactions).for_each(|_| launch.buy(&mut world, (VIRTUAL as f64 * spent) as u64));
            }
            if crowd.chance(12) {
                let spent = VIRTUAL as f64 * self.crowd / 300.0 * crowd.log_uniform(0.2, 5.0);
                crowd_buys(&mut world, spent as u64);
            }
        }
        let exit_price = price(&world);
        let sniper = &mut launch.sniper;
        let tokens_atoms = sniper.token_atoms;
        sniper.leave(&mut world, 4);
        if tokens_atoms == 0 {
            return None;
        }
        let bound: f64 = launch.purchases.iter().map(|purchase| purchase.bound(exit_price)).sum();
        Some(Outcome {
            profit_atoms: sniper.cash_atoms,
            bound_atoms: bound as i128 + 8 * launch.purchases.len() as i128,
            capital_atoms: launch.purchases.iter().map(|purchase| i128::from(purchase.gross_atoms)).sum(),
        })
    }
}

struct Launch {
    sniper: Attacker,
    purchases: Vec<Purchase>,
}

/// A transaction of the sniper, and the fee that the terms ask of it.
struct Purchase {
    gross_atoms: u64,
    fee_bps: u16,
    price: f64,
    cap_atoms: f64,
}

impl Purchase {
    fn bound(&self, exit_price: f64) -> f64 {
        let (gross, fee) = (self.gross_atoms as f64, f64::from(self.fee_bps) / 1e4);
        let token_atoms = (gross * (1.0 - fee) / self.price).min(self.cap_atoms);
        token_atoms * exit_price - gross * (1.0 - fee * owned_part())
    }
}

impl Launch {
    /// One transaction; refused when it buys more than the cap. The bound goes by the fee and cap of the terms, whatever
    /// the world makes of them.
    fn buy(&mut self, world: &mut World, gross_atoms: u64) {
        let (opened_at_seconds, price) = (world.rules.opened_at_seconds, price(world));
        let base_bps = world.rules.params.fee_bps;
        let fee_bps = TERMS.fee_bps(base_bps, opened_at_seconds, world.now_seconds).unwrap();
        let protected = TERMS.is_on(opened_at_seconds, world.now_seconds);
        let cap_atoms = if protected { TERMS.cap_atoms(DEPTH).unwrap() as f64 } else { f64::INFINITY };
        if let Ok(buy) = world.buy(gross_atoms) {
            self.sniper.traded(&buy);
            self.purchases.push(Purchase { gross_atoms, fee_bps, price, cap_atoms });
        }
    }

    /// The creator's buy in the opening transaction: base fee, no cap.
    fn buy_first(&mut self, world: &mut World, gross_atoms: u64) {
        let price = price(world);
        if let Ok(buy) = world.buy_first(gross_atoms) {
            self.sniper.traded(&buy);
            let fee_bps = world.rules.params.fee_bps;
            self.purchases.push(Purchase { gross_atoms, fee_bps, price, cap_atoms: f64::INFINITY });
        }
    }
}

/// The crowd's wallets keep below the cap of the terms.
fn crowd_buys(world: &mut World, gross_atoms: u64) {
    let before = *world;
    let cap_atoms = TERMS.cap_atoms(DEPTH).unwrap();
    let protected = TERMS.is_on(world.rules.opened_at_seconds, world.now_seconds);
    let is_above = match world.buy(gross_atoms) {
        Ok(buy) => protected && buy.token_atoms > cap_atoms,
        Err(error) => error == CoreError::LaunchCapExceeded,
    };
    if is_above {
        *world = before;
        let _ = world.buy_tokens(cap_atoms);
    }
}

/// Part of a fee that creator, only staker and referrer get back.
fn owned_part() -> f64 {
    let (split, referral) = (TRADE_FEES_DEFAULT.split, f64::from(TRADE_FEES_DEFAULT.referral_bps) / 1e4);
    (f64::from(split.vault_bps) + f64::from(split.creator_bps) + f64::from(split.protocol_bps) * referral) / 1e4
}

/// Quote atoms for a token atom.
fn price(world: &World) -> f64 {
    world.state.curve.quote_atoms().unwrap() as f64 / world.state.curve.token_atoms().unwrap() as f64
}

fn random_buy(random: &mut Random) -> (u64, f64, u64) {
    let second = if random.chance(2) { 0 } else { random.below(900) };
    (second, random.log_uniform(1e-3, 1.0), 1 + random.below(8))
}
