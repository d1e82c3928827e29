//! The dust trader: many trades of a few atoms, in markets of a few atoms, with syncs between them, to collect roundings.
//!
//! Bound: nothing, in quote atoms, for trades that end with the tokens they began with.

use modchains_core::{backing::Backing, curve::Curve};

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Weakness, World},
};

pub struct Dust;

const TRADES: usize = 6;

impl Adversary for Dust {
    const GENES: usize = World::GROWN_GENES + 4 + 3 + 2 * TRADES;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = tiny(&mut genes, weakness)?;
        let token_atoms = (world.state.curve.circulating_atoms as f64 * genes.share()) as u64;
        let (rounds, syncs_at) = (1 + genes.below(30), genes.below(60));
        let mut trader = Attacker::holding(token_atoms);
        let trades: Vec<(bool, u64)> =
            (0..TRADES).map(|_| (genes.chance(0.5), genes.maybe_log(0.2, 1.0, 2_000.0) as u64)).collect();
        for round in 0..rounds {
            for (is_buy, atoms) in trades.iter().filter(|(_, atoms)| *atoms > 0) {
                if *is_buy {
                    trader.buy(&mut world, *atoms);
                } else {
                    trader.sell(&mut world, *atoms);
                }
            }
            if round == syncs_at {
                world.sync_by(1.0);
                world.now_seconds += EPOCH;
                world.sync_by(1.0);
            }
        }
        trader.return_to(&mut world, token_atoms)?;
        let capital_atoms = trader.turnover_atoms;
        (capital_atoms > 0).then_some(Outcome { profit_atoms: trader.cash_atoms, bound_atoms: 0, capital_atoms })
    }
}

/// A market of a few to a million atoms on either side.
fn tiny(genes: &mut Genes, weakness: Weakness) -> Option<World> {
    let mut world = World::grown(genes, weakness);
    let circulating_atoms = genes.log(1.0, 1e6) as u64;
    let depth_atoms = circulating_atoms + genes.log(1.0, 1e6) as u64;
    let reserve_atoms = genes.log(1.0, 1e6) as u64;
    let boundary = (reserve_atoms * (depth_atoms - circulating_atoms)) as f64 / circulating_atoms as f64;
    let virtual_atoms = (boundary * genes.unit()) as u64;
    world.state.curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
    world.state.backing = Backing::new(depth_atoms, world.rules.params.premium_min_ppm).ok()?;
    world.state.curve.invariant().is_ok().then_some(world)
}
