//! The sniper at launch: buys with any number of wallets, in any seconds, several transactions in one, sells when it pleases.
//! It may be the creator, who besides gets one buy without cap at the base fee in the opening transaction. The crowd
//! spends what it spends, whatever the price.
//!
//! Bound (docs/curve.md, "Launch"): a transaction that spends `q` at second `t` gains at most
//! `min(q * (1 - fee(t)) / p(t), cap) * P - q * (1 - returned(t))`, with `p(t)` the spot price it meets, `P` the
//! highest spot price at which the sniper sells and `returned` the legs of its fee that it owns itself.

use modchains_core::{CoreError, launch::LaunchTerms, market::Trade};
use modchains_test_seed::{Random, SEED};

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, DEPTH, Weakness, World, owned_atoms},
};

pub struct Sniper;

/// Opening virtual reserve: 30 SOL.
pub const VIRTUAL: u64 = 30_000_000_000;
/// Protection of the launch that is attacked: half of the trade at first, ten minutes, a hundredth of the depth.
pub const LAUNCH: LaunchTerms = LaunchTerms { fee_max_bps: 5_000, duration_seconds: 600, cap_ppm: 10_000 };

const BUYS: usize = 4;

struct Plan {
    crowd_seed: u64,
    /// What the crowd spends in the first hour, as a multiple of the virtual reserve.
    crowd: f64,
    /// Spent in the opening transaction by the creator, as a multiple of the virtual reserve.
    first_buy: f64,
    /// Second, spent in each transaction as a multiple of the virtual reserve, number of such transactions.
    buys: Vec<(u64, f64, u64)>,
    /// Second of the sale.
    leave: u64,
}

impl Adversary for Sniper {
    const GENES: usize = 4 + 3 * BUYS;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let genes = &mut genes;
        let buy = |genes: &mut Genes| {
            (
                (genes.unit() * 1_800.0 - 900.0).max(0.0) as u64,
                genes.maybe_log(0.2, 1e-3, 1.0),
                genes.log(1.0, 40.0) as u64,
            )
        };
        let plan = Plan {
            crowd_seed: genes.below(1_000),
            crowd: genes.log(0.1, 30.0),
            first_buy: genes.maybe_log(0.5, 1e-3, 3.0),
            leave: 1 + genes.below(3_600),
            buys: (0..BUYS).map(|_| buy(genes)).collect(),
        };
        let (launch, exit_price) = plan.play(weakness);
        let bound: f64 = launch.purchases.iter().map(|purchase| purchase.bound(exit_price)).sum();
        let capital: f64 = launch.purchases.iter().map(|purchase| purchase.gross).sum();
        (launch.tokens_atoms > 0).then_some(Outcome {
            profit_atoms: launch.sniper.cash_atoms,
            bound_atoms: bound as i128 + 8 * launch.purchases.len() as i128,
            capital_atoms: capital as i128,
        })
    }
}

impl Plan {
    /// Plays the plan; the spot price when the sniper begins to sell comes with it.
    fn play(&self, weakness: Weakness) -> (Launch, f64) {
        let world = World::open(DEPTH, VIRTUAL, LAUNCH, weakness);
        let mut launch = Launch { world, sniper: Attacker::default(), purchases: Vec::new(), tokens_atoms: 0 };
        launch.buy_first((VIRTUAL as f64 * self.first_buy) as u64);
        let mut crowd = Random(self.crowd_seed);
        for second in 0..self.leave {
            launch.world.now_seconds = second as i64;
            for (_, spent, transactions) in self.buys.iter().filter(|(at, _, _)| *at == second) {
                (0..*transactions).for_each(|_| launch.buy((VIRTUAL as f64 * spent) as u64));
            }
            if crowd.chance(12) {
                let spent = VIRTUAL as f64 * self.crowd / 300.0 * crowd.log_uniform(0.2, 5.0);
                crowd_buys(&mut launch.world, spent as u64);
            }
        }
        let exit_price = launch.world.price();
        launch.tokens_atoms = launch.sniper.token_atoms;
        launch.sniper.leave(&mut launch.world, 4);
        (launch, exit_price)
    }
}

/// What so many wallets take, each buying the cap in one second, as a part of what a single transaction would take for the
/// same money if there were no cap. Before that second, and for an hour after it, a crowd spends `crowd` virtual reserves
/// an hour; then the sniper leaves.
pub fn wallets_share(wallets: u64, second: u64, crowd: f64) -> f64 {
    let profit = |weakness, spent_atoms: Option<u64>| {
        let mut world = World::open(DEPTH, VIRTUAL, LAUNCH, weakness);
        let (mut sniper, mut spent) = (Attacker::default(), 0);
        let mut random = Random(SEED);
        for now in 0..second + 3_600 {
            world.now_seconds = now as i64;
            if now == second {
                match spent_atoms {
                    Some(atoms) => sniper.buy(&mut world, atoms),
                    None => {
                        let cap_atoms = LAUNCH.cap_atoms(DEPTH).unwrap();
                        (0..wallets).for_each(|_| sniper.buy_tokens(&mut world, cap_atoms));
                    }
                }
                spent = sniper.turnover_atoms as u64;
            }
            if random.chance(12) {
                crowd_buys(&mut world, (VIRTUAL as f64 * crowd / 300.0) as u64);
            }
        }
        sniper.leave(&mut world, 4);
        (sniper.cash_atoms as f64, spent)
    };
    let (capped, spent_atoms) = profit(Weakness::None, None);
    let (free, _) = profit(Weakness::NoLaunchCap, Some(spent_atoms));
    capped / free
}

struct Launch {
    world: World,
    sniper: Attacker,
    purchases: Vec<Purchase>,
    tokens_atoms: u64,
}

/// A transaction of the sniper, and what the terms ask of it.
struct Purchase {
    gross: f64,
    fee: f64,
    returned: f64,
    price: f64,
    cap_atoms: f64,
}

impl Purchase {
    fn bound(&self, exit_price: f64) -> f64 {
        let token_atoms = (self.gross * (1.0 - self.fee) / self.price).min(self.cap_atoms);
        token_atoms * exit_price - self.gross + self.returned
    }
}

impl Launch {
    /// One transaction; refused when it buys more than the cap. The bound goes by the fee and cap of the terms, whatever
    /// the world makes of them.
    fn buy(&mut self, gross_atoms: u64) {
        let price = self.world.price();
        let world = &mut self.world;
        let (base, opened_at, now) =
            (world.rules.params.trade_fees(), world.rules.opened_at_seconds, world.now_seconds);
        let added_bps = LAUNCH.added_fee_bps(base.fee_bps, opened_at, now).unwrap();
        let cap_atoms =
            if LAUNCH.is_on(opened_at, now) { LAUNCH.cap_atoms(DEPTH).unwrap() as f64 } else { f64::INFINITY };
        if let Ok(buy) = world.buy(gross_atoms) {
            self.sniper.traded(&buy);
            let fee = f64::from(base.fee_bps + added_bps) / 1e4;
            self.record(&buy, fee, price, cap_atoms);
        }
    }

    /// The creator's buy in the opening transaction: base fee, no cap.
    fn buy_first(&mut self, gross_atoms: u64) {
        let price = self.world.price();
        if let Ok(buy) = self.world.buy_first(gross_atoms) {
            self.sniper.traded(&buy);
            let fee = f64::from(self.world.rules.params.fee_bps) / 1e4;
            self.record(&buy, fee, price, f64::INFINITY);
        }
    }

    fn record(&mut self, buy: &Trade, fee: f64, price: f64, cap_atoms: f64) {
        let (gross, returned) = (buy.quote_atoms as f64, owned_atoms(&buy.legs) as f64);
        self.purchases.push(Purchase { gross, fee, returned, price, cap_atoms });
    }
}

/// The crowd's wallets keep below the cap of the terms.
fn crowd_buys(world: &mut World, gross_atoms: u64) {
    let before = *world;
    let cap_atoms = LAUNCH.cap_atoms(DEPTH).unwrap();
    let protected = LAUNCH.is_on(world.rules.opened_at_seconds, world.now_seconds);
    let is_above = match world.buy(gross_atoms) {
        Ok(buy) => protected && buy.token_atoms > cap_atoms,
        Err(error) => error == CoreError::LaunchCapExceeded,
    };
    if is_above {
        *world = before;
        let _ = world.buy_tokens(cap_atoms);
    }
}
