//! The licensee: trades around a licence fee, which is shared like a trade fee. It pays the fee itself and owns the legs that
//! come back, or knows that somebody else is about to pay it.
//!
//! Bound: nothing, within two epochs.

use modchains_core::market;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, EPOCH, Weakness, World, owned_atoms},
};

pub struct Licensee;

impl Adversary for Licensee {
    const GENES: usize = World::GROWN_GENES + 6;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness);
        let unit = world.quote_atoms();
        let token_atoms = (world.state.curve.circulating_atoms as f64 * genes.share()) as u64;
        let mut licensee = Attacker::holding(token_atoms);
        licensee.buy_parts(&mut world, unit, genes.log(1e-4, 60.0), genes.log(1.0, 10.0) as u64);
        let (pays_itself, fee_atoms) = (genes.chance(0.5), (unit * genes.log(1e-4, 10.0)) as u64);
        let paid = market::deposit(&world.state, &world.rules, 0, 0, fee_atoms).ok()?;
        if weakness == Weakness::DepositMovesPrice {
            world.deposit(paid.legs.reserve);
        } else {
            world.state = paid.state_after;
        }
        if pays_itself {
            licensee.cash_atoms += owned_atoms(&paid.legs) - i128::from(fee_atoms);
        }
        for _ in 0..genes.below(3) {
            world.sync(0);
            world.now_seconds += EPOCH;
        }
        licensee.return_to(&mut world, token_atoms)?;
        let capital_atoms = licensee.turnover_atoms;
        (capital_atoms > 10_000_000).then_some(Outcome {
            profit_atoms: licensee.cash_atoms,
            bound_atoms: 0,
            capital_atoms,
        })
    }
}
