use modchains_test_seed::Random;

use super::sniper::{LAUNCH, VIRTUAL};
use crate::world::{DEPTH, Weakness, World};

/// The spread after each second of the first hour of a launch with a fee of half the trade for ten minutes, in which a crowd
/// buys and sells every few seconds.
pub fn launch_spread(random: &mut Random, weakness: Weakness) -> Vec<f64> {
    let mut world = World::open(DEPTH, VIRTUAL, LAUNCH, weakness);
    let mut held: Vec<u64> = Vec::new();
    (0..3_600)
        .map(|second| {
            world.now_seconds = second;
            if random.unit() < 0.3 {
                let spent = VIRTUAL as f64 * (-9.0 + 6.0 * random.unit()).exp();
                held.extend(world.buy(spent as u64).map(|buy| buy.token_atoms).ok());
                if held.len() > 3 && random.unit() < 0.6 {
                    let sold = held.swap_remove(random.below(held.len() as u64) as usize);
                    let _ = world.sell(sold);
                }
            }
            world.spread()
        })
        .collect()
}
