//! Newcomers who buy because something lies in the reserve, or is about to, that the price does not show yet, wait up to a
//! week and sell.
//!
//! * [`Backlog`]: it lies in the reserve already.
//! * [`Distributor`]: the oracle owes it, the last sync saw it, and the buyer has it paid in right after buying.
//! * [`WaitingGift`]: it was given, and the virtual quote has no room for it; or it is given after the buy, and then the
//!   buyer has two epochs.
//!
//! Bound: nothing, where enough tokens circulate for all of the reserve to have owners.

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Weakness, World},
};

pub struct Backlog;
pub struct Distributor;
pub struct WaitingGift;

const GENES: usize = World::GROWN_GENES + 7;

impl Adversary for Backlog {
    const GENES: usize = GENES;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness).with_owners()?;
        let atoms = world.state.curve.reserve_atoms as f64 * genes.log(1e-3, 0.5);
        world.deposit(atoms as u64);
        play(genes, world, 0, 168)
    }
}

impl Adversary for Distributor {
    const GENES: usize = GENES;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness).with_owners()?;
        let atoms = (world.state.curve.reserve_atoms as f64 * genes.log(1e-3, 0.5)) as u64;
        world.due_atoms = atoms;
        world.sync(0);
        world.now_seconds += EPOCH;
        play(genes, world, atoms, 168)
    }
}

impl Adversary for WaitingGift {
    const GENES: usize = GENES + 1;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness).with_owners()?;
        let atoms = (world.quote_atoms() * genes.log(1e-2, 30.0)) as u64;
        if genes.chance(0.5) {
            world.deposit(atoms);
            return play(genes, world, 0, 168);
        }
        world.due_atoms = atoms;
        play(genes, world, atoms, 2)
    }
}

/// Buys, has `paid_in_atoms` of dues paid in, syncs for up to so many hours with trades of dust before each, and leaves.
fn play(mut genes: Genes, mut world: World, paid_in_atoms: u64, hours: u64) -> Option<Outcome> {
    let unit = world.quote_atoms();
    let mut buyer = Attacker::default();
    buyer.buy_parts(&mut world, unit, genes.log(1e-4, 60.0), genes.log(1.0, 10.0) as u64);
    if paid_in_atoms > 0 {
        world.distribute();
    }
    let dust_atoms = genes.maybe_log(0.5, 1e3, 1e9) as u64;
    let churn_share = genes.maybe_log(0.7, 1e-3, 1.0);
    for _ in 0..genes.below(hours + 1) {
        buyer.buy(&mut world, dust_atoms);
        if churn_share > 0.0 {
            let before_atoms = buyer.token_atoms;
            buyer.sell_parts(&mut world, churn_share, 1);
            let sold_atoms = before_atoms - buyer.token_atoms;
            buyer.buy_tokens(&mut world, sold_atoms);
        }
        world.sync(0);
        world.now_seconds += EPOCH;
    }
    buyer.leave(&mut world, genes.log(1.0, 30.0) as u64);
    let capital_atoms = buyer.turnover_atoms;
    (capital_atoms > 10_000_000).then_some(Outcome { profit_atoms: buyer.cash_atoms, bound_atoms: 0, capital_atoms })
}
