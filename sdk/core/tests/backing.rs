//! Laws of the two sides of a market: what the boundary covers, what buys meet, and what a trade works into the price.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    backing::Backing,
    curve::Curve,
    fees::{FeeSplit, TradeFees},
    trade::Sides,
};
use proptest::prelude::*;

use common::{any_atoms, market, sides, solvent_curve, trade_fees};

/// Both outcomes of trading `amount` either way, the kind of exactness that the amount fits.
fn traded(sides: &Sides, fees: &TradeFees, amount: u64) -> Vec<Curve> {
    let buys = [sides.buy_exact_in(fees, amount, true), sides.buy_exact_out(fees, amount, true)];
    let sales = [sides.sell_exact_in(fees, amount, true), sides.sell_exact_out(fees, amount, true)];
    let buys = buys.into_iter().flatten().map(|buy| buy.curve_after);
    buys.chain(sales.into_iter().flatten().map(|sale| sale.curve_after)).collect()
}

fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_ask_is_never_below_the_bid(sides in sides()) {
        let bid_atoms = sides.curve.quote_atoms().unwrap();
        match sides.backing.ask_atoms(&sides.curve) {
            Ok(ask_atoms) => prop_assert!(ask_atoms >= bid_atoms),
            Err(error) => prop_assert_eq!(error, CoreError::Overflow),
        }
    }

    #[test]
    fn nothing_below_the_ask_buys(sides in sides(), fees in trade_fees(), amount in any_atoms()) {
        let Ok(ask_atoms) = sides.backing.ask_atoms(&sides.curve) else { return Ok(()) };
        let tokens = sides.curve.token_atoms().unwrap();
        for buy in [sides.buy_exact_in(&fees, amount, true), sides.buy_exact_out(&fees, amount, true)].into_iter().flatten() {
            let net_atoms = buy.quote_atoms_in - buy.fee_atoms;
            // The average price of the net amount is at least the ask's: net / t >= A_b / (y - t).
            prop_assert!(wide(net_atoms, tokens - buy.token_atoms_out) >= wide(ask_atoms, buy.token_atoms_out));
        }
    }

    #[test]
    fn what_a_buyer_pays_above_the_curve_is_the_spread(sides in sides(), fees in trade_fees(), amount in any_atoms()) {
        let alone = Sides { backing: Backing { waiting_atoms: 0, expected_atoms: 0, ..sides.backing }, ..sides };
        let (curve, Ok(buy)) = (sides.curve, sides.buy_exact_out(&fees, amount, true)) else { return Ok(()) };
        let own_atoms = curve.buy_exact_out(curve.quote_atoms().unwrap(), amount).unwrap();
        let net_atoms = buy.quote_atoms_in - buy.fee_atoms;
        prop_assert_eq!(buy.spread_atoms, net_atoms - own_atoms);
        let cheaper = alone.buy_exact_out(&fees, amount, true).unwrap();
        prop_assert!(cheaper.quote_atoms_in <= buy.quote_atoms_in, "what is on its way makes no buy cheaper");
    }

    #[test]
    fn the_boundary_is_the_most_virtual_quote_that_the_reserve_covers(sides in sides()) {
        let (curve, backing) = (sides.curve, sides.backing);
        let boundary_atoms = backing.boundary_atoms(&curve).unwrap();
        let at = |virtual_atoms| Curve { virtual_atoms, ..curve }.invariant();
        if boundary_atoms < u64::MAX - curve.reserve_atoms && (boundary_atoms > 0 || curve.reserve_atoms > 0) {
            prop_assert_eq!(at(boundary_atoms), Ok(()));
            if curve.circulating_atoms >= backing.supply_floor_atoms {
                prop_assert_eq!(at(boundary_atoms + 1), Err(CoreError::NotSolvent));
            }
        }
    }

    #[test]
    fn on_the_boundary_there_is_no_spread(sides in sides()) {
        let backing = Backing { waiting_atoms: 0, expected_atoms: 0, ..sides.backing };
        let virtual_atoms = backing.boundary_atoms(&sides.curve).unwrap();
        let curve = Curve { virtual_atoms, ..sides.curve };
        if curve.circulating_atoms >= backing.supply_floor_atoms && curve.invariant().is_ok() {
            prop_assert_eq!(backing.ask_atoms(&curve), curve.quote_atoms());
        }
    }

    #[test]
    fn working_in_never_lowers_what_the_price_does_not_show(
        sides in sides(), fees in trade_fees(), amount in any_atoms(),
    ) {
        for after in traded(&sides, &fees, amount) {
            prop_assert!(after.slack().unwrap() >= sides.curve.slack().unwrap());
        }
    }

    #[test]
    fn no_trade_lowers_the_absorbed_curve(sides in sides(), fees in trade_fees(), amount in any_atoms()) {
        let backing = sides.backing;
        let is_counted = |curve: &Curve| curve.circulating_atoms >= backing.supply_floor_atoms;
        let Ok(ask_atoms) = backing.ask_atoms(&sides.curve) else { return Ok(()) };
        for after in traded(&sides, &fees, amount) {
            if is_counted(&sides.curve) && is_counted(&after) && let Ok(ask_after_atoms) = backing.ask_atoms(&after) {
                // The ask rounds down: the exact one is less than an atom above it.
                let (before, after) = (sides.curve.token_atoms().unwrap(), after.token_atoms().unwrap());
                prop_assert!(wide(ask_after_atoms + 1, after) >= wide(ask_atoms, before));
            }
        }
    }

    #[test]
    fn no_sale_is_refused_for_want_of_room(curve in solvent_curve(), fees in trade_fees(), amount in any_atoms()) {
        let Ok(backing) = Backing::new(curve.depth_atoms, 1_010_000) else { return Ok(()) };
        let sides = Sides { curve, backing };
        let sold = sides.sell_exact_in(&fees, amount, true);
        prop_assert!(sold.is_err() || sold.unwrap().curve_after.invariant().is_ok());
        let refusal = sold.err();
        let known = [None, Some(CoreError::AmountZero), Some(CoreError::InsufficientSupply), Some(CoreError::OutputZero)];
        prop_assert!(known.contains(&refusal), "{refusal:?}");
    }

    #[test]
    fn the_floor_is_where_the_boundarys_premium_is_the_smallest(
        depth_atoms in 1_000_000_000u64..=100_000_000_000_000_000, premium_min_ppm in 1_010_000u32..=20_000_000,
    ) {
        let floor = u128::from(Backing::new(depth_atoms, premium_min_ppm).unwrap().supply_floor_atoms);
        let (depth, premium) = (u128::from(depth_atoms), u128::from(premium_min_ppm));
        // Y / (Y - Cf) >= premium_min, and not with one token less.
        let reaches = |supply: u128| depth * 1_000_000 >= premium * (depth - supply);
        prop_assert!(reaches(floor) && !reaches(floor - 1));
    }

    #[test]
    fn below_the_floor_nothing_is_given_that_nobody_owns((state, _) in market(), sold in 0.0f64..1.0) {
        let (curve, backing) = (state.curve, state.backing);
        let few = Curve { circulating_atoms: (backing.supply_floor_atoms as f64 * sold) as u64, ..curve };
        let at_floor = Curve { circulating_atoms: backing.supply_floor_atoms, ..curve };
        let (boundary, whole) = (backing.boundary_atoms(&few).unwrap(), backing.boundary_atoms(&at_floor).unwrap());
        // The part of the floor that is sold, of the boundary there.
        let part = wide(whole, few.circulating_atoms) / u128::from(backing.supply_floor_atoms);
        prop_assert!(u128::from(boundary) <= part + 1 && u128::from(boundary) + 20 >= part, "{boundary} of {part}");
        let dear = Backing { expected_atoms: curve.reserve_atoms, ..backing };
        prop_assert!(dear.ask_atoms(&few).unwrap() >= backing.ask_atoms(&few).unwrap());
    }
}

#[test]
fn the_ask_counts_what_is_on_its_way() {
    let curve = Curve { reserve_atoms: 1_000, circulating_atoms: 500, depth_atoms: 1_000, virtual_atoms: 800 };
    let backing = Backing::new(curve.depth_atoms, 1_050_000).unwrap();
    assert_eq!(backing.supply_floor_atoms, 48, "ceil(1,000 / 21)");
    assert_eq!(backing.ask_atoms(&curve), Ok(2_000));
    assert_eq!(Backing { waiting_atoms: 10, expected_atoms: 5, ..backing }.ask_atoms(&curve), Ok(2_030));
    let full = Backing { waiting_atoms: u64::MAX, expected_atoms: 1, ..backing };
    assert_eq!(full.ask_atoms(&curve), Err(CoreError::Overflow));
    // A spread of less than an atom is none.
    let close = Curve { reserve_atoms: 1_001, virtual_atoms: 1_000, ..curve };
    assert_eq!(backing.ask_atoms(&close), Ok(2_002));
    let closer = Curve { virtual_atoms: 1_001, ..close };
    assert_eq!(backing.ask_atoms(&closer), Ok(2_002));
    assert_eq!(Backing::new(1_000, 999_999), Err(CoreError::SyncParamsInvalid));
}

/// A sale whose reserve leg is worth more than it took: the quote side is full and stays so.
#[test]
fn what_has_no_room_in_64_bits_is_not_worked_in() {
    let reserve_atoms = u64::MAX / 50;
    let virtual_atoms = 49 * reserve_atoms;
    let curve = Curve { reserve_atoms, circulating_atoms: 20_000_000, depth_atoms: 1_000_000_000, virtual_atoms };
    let sides = Sides { curve, backing: Backing::new(curve.depth_atoms, 1_010_000).unwrap() };
    let split = FeeSplit { reserve_bps: 9_500, vault_bps: 0, creator_bps: 0, protocol_bps: 500 };
    let fees = TradeFees { fee_bps: 500, launch_bps: 0, split, referral_bps: 0 };
    let after = sides.sell_exact_in(&fees, 10_000_000, false).unwrap().curve_after;
    assert_eq!(after.quote_atoms(), Ok(u64::MAX));
    assert_eq!(after.invariant(), Ok(()));
}
