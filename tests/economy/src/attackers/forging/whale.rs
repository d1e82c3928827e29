//! Whales in a decline of real use.
//!
//! * [`LateSync`]: sells when nobody has synced for long, lets the falls happen and buys back. What counts is its cash and what
//!   its holding then sells for, beside what it would sell for if the whale had stayed. Bound: what rises had paid for and
//!   still stood, whatever the supply was when it fell.
//! * [`SupplyAway`]: takes a part of the supply away, waits through the decline and brings it back. What counts is the part of
//!   the depth paid for that is given back meanwhile, in parts of a billion. Bound: the part of the net that fell.

use modchains_core::market::MarketParams;

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Attacker, Start, Weakness, World},
};

pub struct LateSync;
pub struct SupplyAway;

const RESERVE: u64 = 1_000_000_000_000;
const PARTS: f64 = 1e9;

/// A market of settled use, and what is taken out of it.
struct Decline {
    world: World,
    token_atoms: u64,
    /// Protocol's share of an hour of use while it lasts, and of use that goes on after the end.
    share_atoms: u64,
    rest_atoms: u64,
}

impl Decline {
    const GENES: usize = 4;

    fn of(genes: &mut Genes, weakness: Weakness) -> Self {
        let start = Start { premium: 1.0 + genes.log(0.1, 18.0), reserve_atoms: RESERVE, slack: 0.0 };
        let mut world = World::standing(start, &MarketParams::DEFAULT, weakness);
        let share_atoms = (RESERVE as f64 * genes.log(1e-6, 3e-4)) as u64;
        world.settle_at(share_atoms);
        let token_atoms = (world.state.curve.circulating_atoms as f64 * (0.05 + 0.94 * genes.unit())) as u64;
        let rest_atoms = (share_atoms as f64 * genes.maybe_log(0.7, 0.01, 0.9)) as u64;
        Self { world, token_atoms, share_atoms, rest_atoms }
    }
}

fn hour(world: &mut World, share_atoms: u64) {
    world.usage.count_share(share_atoms);
    world.next_epoch();
}

impl Adversary for LateSync {
    const GENES: usize = Decline::GENES + 4;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let Decline { mut world, token_atoms, share_atoms, rest_atoms } = Decline::of(&mut genes, weakness);
        let standing_atoms = i128::from(world.state.sync.standing_net_atoms);
        let dead_hours = (genes.unit() * 60.0 * 24.0) as u64;
        let sells_at = (genes.unit() * dead_hours as f64) as u64;
        hour(&mut world, share_atoms);
        world.sync_by_usage()?;
        let (mut whale, mut stays) = (Attacker::holding(token_atoms), world);
        for passed in 0..dead_hours {
            if passed == sells_at {
                whale.leave(&mut world, genes.clone().log(1.0, 20.0) as u64);
            }
            hour(&mut world, rest_atoms);
            hour(&mut stays, rest_atoms);
        }
        whale.leave(&mut world, genes.log(1.0, 20.0) as u64);
        for _ in 0..1 + (genes.log(1.0, 720.0) as u64) {
            for market in [&mut world, &mut stays] {
                hour(market, rest_atoms);
                market.sync_by_usage()?;
            }
        }
        whale.return_to(&mut world, token_atoms)?;
        let stayed_atoms = whale.value_atoms(&stays.state.curve);
        Some(Outcome {
            profit_atoms: whale.cash_atoms + whale.value_atoms(&world.state.curve) - stayed_atoms,
            bound_atoms: standing_atoms,
            capital_atoms: i128::from(RESERVE),
        })
    }
}

impl Adversary for SupplyAway {
    const GENES: usize = Decline::GENES + 1;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let Decline { mut world, token_atoms, rest_atoms, .. } = Decline::of(&mut genes, weakness);
        let days = 1 + genes.below(180);
        let mut whale = Attacker::holding(token_atoms);
        let opening_atoms = world.rules.depth_opening_atoms;
        let taken = |world: &World| opening_atoms as f64 - world.state.curve.depth_atoms as f64;
        let (depth_before, net_before) = (taken(&world), world.usage.paid_net_atoms(Weakness::None));
        hour(&mut world, rest_atoms);
        whale.leave(&mut world, 1);
        for _ in 0..days * 24 {
            hour(&mut world, rest_atoms);
            world.sync_by_usage()?;
        }
        whale.return_to(&mut world, token_atoms)?;
        let net_after = world.usage.paid_net_atoms(Weakness::None);
        // Where next to nothing was paid for, rounding is all there is.
        (net_before > RESERVE / 10_000).then_some(Outcome {
            profit_atoms: ((1.0 - taken(&world) / depth_before) * PARTS) as i128,
            bound_atoms: ((1.0 - net_after as f64 / net_before as f64) * PARTS) as i128 + (1e-5 * PARTS) as i128,
            capital_atoms: PARTS as i128,
        })
    }
}
