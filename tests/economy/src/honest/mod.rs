//! Honest use and what it does to the price: hourly, with 50,000 $ of reserve at 150 $ a SOL, the default fees and split,
//! and no trades.

mod path;

pub use path::{Path, steady, week};

use modchains_core::market::MarketParams;

use crate::world::{EPOCH, Start, Weakness, World};

const DOLLARS_A_SOL: f64 = 150.0;
const RESERVE_DOLLARS: f64 = 50_000.0;
/// Hours in a day.
pub const DAY: usize = 24;

/// Lamports for so many dollars.
pub fn atoms_of(dollars: f64) -> f64 {
    dollars / DOLLARS_A_SOL * 1e9
}

/// The reference market with that premium, of a model whose use has long been `settled_dollars` a day.
pub fn market(premium: f64, settled_dollars: f64) -> World {
    let start = Start { premium, reserve_atoms: atoms_of(RESERVE_DOLLARS) as u64, slack: 0.0 };
    let mut world = World::standing(start, &MarketParams::DEFAULT, Weakness::None);
    let share = f64::from(world.usage_split.protocol_bps) / 1e4;
    if settled_dollars > 0.0 {
        world.settle_at((atoms_of(settled_dollars / DAY as f64) * share) as u64);
    }
    world
}

/// An hour of use, its dues paid in, the oracle's roll and a sync.
pub fn hour(world: &mut World, dollars: f64) {
    let fee_atoms = atoms_of(dollars) as u64;
    let legs = world.usage.count(fee_atoms, 1_000, &world.usage_split, world.weakness);
    world.due_atoms += legs.reserve;
    world.now_seconds += EPOCH;
    world.distribute();
    world.usage.roll(world.now_seconds, world.weakness);
    world.sync_by_usage().unwrap();
}

/// Price over the price at the beginning, less one, after each hour of use.
pub fn course(mut world: World, hours: &[f64]) -> Vec<f64> {
    let before = world.price();
    hours
        .iter()
        .map(|dollars| {
            hour(&mut world, *dollars);
            world.price() / before - 1.0
        })
        .collect()
}

/// What the price must do on a path of use, in percent.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub path: Path,
    /// After 30 and 90 days.
    pub least: [f64; 2],
    pub most: [f64; 2],
}

/// The paths of the table and what must be reached.
pub const TABLE: [Row; 10] = {
    const fn row(path: Path, least: [f64; 2], most: [f64; 2]) -> Row {
        Row { path, least, most }
    }
    [
        row(Path::Growth(100), [4.5, 29.0], [5.2, 33.0]),
        row(Path::Growth(1_000), [48.0, 370.0], [56.0, 420.0]),
        row(Path::Flat(100), [0.5, 2.0], [1.2, 3.5]),
        row(Path::Flat(1_000), [8.5, 26.0], [9.5, 28.0]),
        row(Path::Weekends(100), [0.5, 2.0], [1.2, 3.5]),
        row(Path::Weekends(1_000), [8.5, 26.0], [9.7, 28.5]),
        row(Path::First(1_000), [13.5, 36.0], [15.5, 41.0]),
        row(Path::Death(100), [-0.7, -1.1], [0.0, 0.0]),
        row(Path::Death(1_000), [-5.0, -9.0], [-3.5, -7.0]),
        row(Path::OneRequest, [0.0, 0.0], [0.001, 0.001]),
    ]
};

/// Price changes after 30 and 90 days, as parts, at this premium.
pub fn thirty_and_ninety_days(path: Path, premium: f64) -> [f64; 2] {
    let prices = course(market(premium, path.settled_dollars()), &path.hours(90 * DAY));
    [prices[30 * DAY - 1], prices[90 * DAY - 1]]
}
