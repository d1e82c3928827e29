//! The lemmas of docs/curve.md on what trades, steps, deposits and fake use do to what a holder owns: cash, and what
//! the curve pays for the holding without a fee.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::{curve::Curve, math::wide_mul, sync::StepPricing};
use modchains_test_economy::{
    search::Genes,
    world::{EPOCH, Usage, Weakness, World, owned_atoms},
};
use proptest::prelude::*;

/// A market in any state that the configuration and other traders allow, and a holding.
fn market() -> impl Strategy<Value = (World, u64)> {
    (prop::collection::vec(0.0f64..1.0, World::GROWN_GENES), 0.0f64..1.0).prop_map(|(plan, held)| {
        let world = World::grown(&mut Genes::new(&plan), Weakness::None);
        (world, (world.state.curve.circulating_atoms as f64 * held) as u64)
    })
}

/// The same where all of the reserve has owners.
fn market_with_owners() -> impl Strategy<Value = (World, u64)> {
    market().prop_filter("with owners", |(world, _)| world.with_owners().is_some())
}

/// `f(x)`: what the curve pays for `token_atoms` without a fee.
fn worth(curve: &Curve, token_atoms: u64) -> i128 {
    curve.sell_exact_in(token_atoms).map_or(0, i128::from)
}

/// `phi = x Y / (C (y + x))`: the part of the reserve that the holder of `x` tokens owns once everything is absorbed.
fn owned_part(curve: &Curve, token_atoms: u64) -> f64 {
    let tokens = curve.token_atoms().unwrap() as f64;
    let held = token_atoms as f64;
    held * curve.depth_atoms as f64 / (curve.circulating_atoms as f64 * (tokens + held))
}

/// Room for an atom or two of rounding, and for f64.
fn slop(amount: f64) -> f64 {
    4.0 + amount.abs() * 1e-9
}

/// One trade of the holder: what it adds to cash, the legs it loses, the spread it pays, and what is held then.
struct Traded {
    cash: i128,
    protocol: f64,
    worked: f64,
    held_atoms: u64,
}

/// Buys or sells; the size is relative to the curve or to the holding.
fn trade(world: &mut World, held_atoms: u64, size: f64, buys: bool) -> Option<Traded> {
    let (trade, cash, held_atoms) = if buys {
        let buy = world.buy((world.quote_atoms() * size.exp()) as u64).ok()?;
        (buy, -i128::from(buy.quote_atoms), held_atoms + buy.token_atoms)
    } else {
        let sale = world.sell((held_atoms as f64 * size.exp().min(1.0)) as u64).ok()?;
        (sale, i128::from(sale.quote_atoms), held_atoms - sale.token_atoms)
    };
    Some(Traded {
        cash: cash + owned_atoms(&trade.legs),
        protocol: trade.legs.protocol as f64,
        worked: (trade.legs.reserve + trade.spread_atoms) as f64,
        held_atoms,
    })
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    /// Cash and what the holding sells for: a trade loses the protocol's leg, and of the reserve's leg and the spread what does
    /// not reach the holding.
    #[test]
    fn own_trades_never_raise_what_a_trader_owns(
        (world, held) in market_with_owners(), size in -20.0f64..3.0, buys: bool,
    ) {
        let (mut world, before) = (world, world.state.curve);
        let Some(traded) = trade(&mut world, held, size, buys) else { return Ok(()) };
        let after = world.state.curve;
        let change = traded.cash + worth(&after, traded.held_atoms) - worth(&before, held);
        prop_assert!(change <= 2, "gained {change}");
        let reach = owned_part(&after, traded.held_atoms);
        let lost = traded.protocol + traded.worked * (1.0 - reach).max(0.0);
        prop_assert!(change as f64 <= -lost + slop(worth(&after, traded.held_atoms) as f64), "{change} after losing {lost}");
    }

    /// Cash and the holding's part of the reserve: a trade loses the protocol's leg, and of the reserve's what others own.
    #[test]
    fn own_trades_never_raise_what_a_trader_owns_once_everything_is_absorbed(
        (world, held) in market_with_owners(), size in -20.0f64..3.0, buys: bool,
    ) {
        let (mut world, before) = (world, world.state.curve);
        let absorbed = |curve: &Curve, held| curve.reserve_atoms as f64 * owned_part(curve, held);
        let Some(traded) = trade(&mut world, held, size, buys) else { return Ok(()) };
        prop_assume!(world.with_owners().is_some());
        let after = world.state.curve;
        let change = traded.cash as f64 + absorbed(&after, traded.held_atoms) - absorbed(&before, held);
        let rounding = slop(after.reserve_atoms as f64 + traded.cash as f64) + before.depth_atoms as f64 / before.circulating_atoms as f64;
        prop_assert!(change <= -traded.protocol + rounding, "{change}, protocol {}", traded.protocol);
    }

    /// And what it gives is at most what is paid for it.
    #[test]
    fn an_upward_step_gives_no_holding_more_than_its_gain(
        (world, held) in market(), net in 1u64 << 10..1 << 44,
    ) {
        let (mut world, before) = (world, world.state.curve);
        world.sync(net).unwrap();
        let after = world.state.curve;
        prop_assume!(after.depth_atoms < before.depth_atoms);
        let spent = i128::from(world.state.sync.standing_net_atoms);
        let absorbed = Curve { virtual_atoms: before.virtual_atoms + absorption(&before, &world), ..before };
        let gained = worth(&after, held) - worth(&absorbed, held);
        prop_assert!(gained <= spent + 2, "{gained} for {spent}");
    }

    /// On the boundary the gain is that of the best holding, to a part in a thousand, when it is priced at the present supply.
    #[test]
    fn the_gain_is_the_best_holdings_on_the_boundary(sold in 0.1f64..0.95, cut in 1e-5f64..4e-3) {
        let depth_atoms = 1_000_000_000_000_000_u64;
        let circulating_atoms = (depth_atoms as f64 * sold) as u64;
        let (reserve, room) = (1_000_000_000_000_u64, depth_atoms - circulating_atoms);
        let virtual_atoms = (u128::from(reserve) * u128::from(room) / u128::from(circulating_atoms)) as u64;
        let before = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms, virtual_atoms };
        let depth_after = depth_atoms - (room as f64 * cut) as u64;
        let quote_after = (wide_mul(before.quote_atoms().unwrap(), depth_after) / u128::from(depth_atoms)) as u64;
        let after = Curve { depth_atoms: depth_after, virtual_atoms: quote_after - reserve, ..before };
        let gain = StepPricing::new(&before, circulating_atoms).unwrap().gain_atoms(depth_after, depth_atoms).unwrap();
        let best = (1..1_000)
            .map(|part| (circulating_atoms as f64 * f64::from(part) / 1e3) as u64)
            .map(|held| worth(&after, held) - worth(&before, held))
            .max()
            .unwrap();
        prop_assert!(best <= i128::from(gain), "{best} > {gain}");
        prop_assert!(best as f64 >= 0.99 * gain as f64 - 1e3, "{best} of {gain}");
    }

    #[test]
    fn a_downward_step_never_raises_what_a_holding_sells_for((world, held) in market(), step in -1.0f64..0.0) {
        let (mut world, before) = (world, world.state.curve);
        world.sync_by(step).unwrap();
        let after = world.state.curve;
        prop_assume!(after.depth_atoms > before.depth_atoms);
        let absorbed = Curve { virtual_atoms: before.virtual_atoms + absorption(&before, &world), ..before };
        prop_assert!(worth(&after, held) <= worth(&absorbed, held));
    }

    /// A step scales the quote side with the depth, so the ask is scaled with the bid.
    #[test]
    fn a_step_leaves_the_spread((world, _) in market_with_owners(), step in -1.0f64..1.0) {
        let mut world = world;
        world.rules.params.absorb_max_ppm = 0;
        let before = world.spread();
        world.sync_by(step).unwrap();
        prop_assert!((world.spread() - before).abs() <= 1e-6 * (1.0 + before), "{before} {}", world.spread());
    }

    #[test]
    fn an_absorption_gives_a_holder_what_reaches_its_holding((world, held) in market()) {
        let (mut world, before) = (world, world.state.curve);
        world.sync(0).unwrap();
        let after = world.state.curve;
        let added = (after.virtual_atoms - before.virtual_atoms) as f64;
        let reach = held as f64 / (before.token_atoms().unwrap() as f64 + held as f64);
        let gained = (worth(&after, held) - worth(&before, held)) as f64;
        prop_assert!((gained - added * reach).abs() <= slop(worth(&after, held) as f64));
    }

    #[test]
    fn no_deposit_of_any_size_changes_what_a_holding_sells_for((world, held) in market(), multiple in -10.0f64..5.0) {
        let (mut world, before) = (world, world.state.curve);
        world.deposit((world.quote_atoms() * multiple.exp()) as u64);
        prop_assert_eq!(worth(&world.state.curve, held), worth(&before, held));
        prop_assert_eq!(world.state.curve.product(), before.product());
    }

    /// Real use of any course; fake use that comes and goes as it likes; syncs that see every roll or few of them. The sum of
    /// all rises of the net is raised by at most half of what the fakes lose, and the net itself is never lowered.
    #[test]
    fn fakes_raise_the_net_by_at_most_half_of_what_they_lose_and_never_lower_it(
        steady in prop_oneof![Just(0u64), 1u64 << 20..1 << 36],
        growth in -0.05f64..0.05,
        bursts in prop::collection::vec((0i64..800, 1i64..300, 0.0f64..12.0), 1..6),
        every in prop_oneof![Just(1i64), 2i64..200],
    ) {
        let [mut honest, mut forged] = [Usage::new(u64::MAX, EPOCH as u32, 0); 2];
        honest.settle_at(steady);
        forged.settle_at(steady);
        let nets = |honest: &Usage, forged: &Usage| [honest, forged].map(|usage| usage.paid_net_atoms(Weakness::None));
        let mut seen = nets(&honest, &forged);
        let (mut rises, mut lost) = ([0_i128; 2], 0_i128);
        for hour in 0..1_200 {
            let real = (steady as f64 * (growth * hour as f64 / 24.0).exp()) as u64;
            let active = bursts.iter().filter(|(from, hours, _)| (*from..from + hours).contains(&hour));
            let fake: u64 = active.map(|(_, _, size)| ((1u64 << 30) as f64 * (size - 6.0).exp()) as u64).sum();
            lost += i128::from(fake);
            honest.count_share(real);
            forged.count_share(real + fake);
            honest.roll((hour + 1) * EPOCH, Weakness::None);
            forged.roll((hour + 1) * EPOCH, Weakness::None);
            let now = nets(&honest, &forged);
            prop_assert!(now[1] + 1 >= now[0], "fakes lower the net: {now:?}");
            if hour % every == 0 {
                (0..2).for_each(|place| rises[place] += i128::from(now[place].saturating_sub(seen[place])));
                seen = now;
            }
        }
        // Each look may round a rise up by an atom.
        prop_assert!(rises[1] - rises[0] <= lost / 2 + 1_200, "{rises:?} for {lost}");
    }

    /// However supply moves: what stands of the depth is never a smaller part than what stands of the net.
    #[test]
    fn falls_give_back_depth_in_proportion_to_the_net_whoever_trades_meanwhile(
        (world, _) in market_with_owners(), sold in 0.0f64..0.99, hours in 1u64..300, share in 1e-6f64..1e-4,
    ) {
        let mut world = world;
        world.settle_at((world.state.curve.reserve_atoms as f64 * share) as u64);
        let opening = world.rules.depth_opening_atoms;
        let taken = |world: &World| (opening - world.state.curve.depth_atoms) as f64;
        let (depth, net) = (taken(&world), world.usage.paid_net_atoms(Weakness::None) as f64);
        prop_assume!(net > 1e6);
        let _ = world.sell((world.state.curve.circulating_atoms as f64 * sold) as u64);
        for _ in 0..hours {
            world.next_epoch();
            world.sync_by_usage().unwrap();
        }
        let left = world.usage.paid_net_atoms(Weakness::None) as f64;
        prop_assert!(taken(&world) / depth >= left / net - 1e-5, "{} of the depth, {} of the net", taken(&world) / depth, left / net);
    }
}

/// What the last sync absorbed.
fn absorption(before: &Curve, world: &World) -> u64 {
    let after = world.state.curve;
    // A step scales the quote side with the depth.
    let unscaled = wide_mul(after.quote_atoms().unwrap(), before.depth_atoms) / u128::from(after.depth_atoms);
    (unscaled as u64).saturating_sub(before.quote_atoms().unwrap())
}
