//! The momentum extractor: sees that use has grown by more than the market has stepped for yet, buys, waits for the steps
//! and sells.
//!
//! Bound: nothing, where all of the reserve has owners, however much net stands unspent when it comes and however long it waits.

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Weakness, World},
};

pub struct Momentum;

impl Adversary for Momentum {
    const GENES: usize = World::GROWN_GENES + 5;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness).with_owners()?;
        let net_atoms = (world.state.curve.reserve_atoms as f64 * genes.log(1e-4, 10.0)) as u64;
        let unit = world.quote_atoms();
        let mut trader = Attacker::default();
        trader.buy_parts(&mut world, unit, genes.log(1e-3, 60.0), genes.log(1.0, 10.0) as u64);
        for _ in 0..1 + genes.below(168) {
            world.sync(net_atoms);
            world.now_seconds += EPOCH;
        }
        trader.leave(&mut world, genes.log(1.0, 30.0) as u64);
        let capital_atoms = trader.turnover_atoms;
        (capital_atoms > 10_000_000).then_some(Outcome {
            profit_atoms: trader.cash_atoms,
            bound_atoms: 0,
            capital_atoms,
        })
    }
}
