//! Laws of whole trades, fees included.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    backing::Backing,
    curve::Curve,
    fees::{FeeLegs, TRADE_FEES_DEFAULT},
    trade::{Buy, Sell, Sides, price_impact_ppm},
};
use proptest::prelude::*;

use common::{any_atoms, sides, trade_fees};

/// Legs that leave the curve.
fn accrued(legs: &FeeLegs) -> i128 {
    [legs.vault, legs.creator, legs.protocol, legs.referrer].into_iter().map(i128::from).sum()
}

fn after_buy(sides: &Sides, buy: &Buy) -> Sides {
    Sides { curve: buy.curve_after, ..*sides }
}

fn after_sale(sides: &Sides, sale: &Sell) -> Sides {
    Sides { curve: sale.curve_after, ..*sides }
}

/// What any trade leaves of the curve before it: no less product, no less virtual quote, and it is solvent.
fn assert_sound(before: &Curve, after: &Curve) {
    assert_eq!(after.invariant(), Ok(()));
    assert!(after.product().unwrap() >= before.product().unwrap(), "A y fell: {before:?} {after:?}");
    assert!(after.virtual_atoms >= before.virtual_atoms, "V fell: {before:?} {after:?}");
    assert_eq!(after.depth_atoms, before.depth_atoms);
    let everything = after.sell_exact_in(after.circulating_atoms).unwrap_or(0);
    assert!(everything <= after.reserve_atoms);
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn every_quote_atom_of_a_trade_is_in_one_place(
        sides in sides(), fees in trade_fees(), amount in any_atoms(), has_referrer: bool,
    ) {
        let curve = sides.curve;
        let reserve_change = |after: &Curve| i128::from(after.reserve_atoms) - i128::from(curve.reserve_atoms);
        for buy in [sides.buy_exact_in(&fees, amount, has_referrer), sides.buy_exact_out(&fees, amount, has_referrer)].into_iter().flatten() {
            prop_assert_eq!(i128::from(buy.quote_atoms_in), reserve_change(&buy.curve_after) + accrued(&buy.legs));
            prop_assert_eq!(buy.curve_after.circulating_atoms, curve.circulating_atoms + buy.token_atoms_out);
            prop_assert_eq!(buy.legs.total(), Ok(buy.fee_atoms));
            prop_assert_eq!(buy.fee_atoms, fees.fee_atoms(buy.quote_atoms_in).unwrap());
            prop_assert!(buy.spread_atoms <= buy.quote_atoms_in - buy.fee_atoms);
        }
        for sell in [sides.sell_exact_in(&fees, amount, has_referrer), sides.sell_exact_out(&fees, amount, has_referrer)].into_iter().flatten() {
            prop_assert_eq!(-i128::from(sell.quote_atoms_out), reserve_change(&sell.curve_after) + accrued(&sell.legs));
            prop_assert_eq!(sell.curve_after.circulating_atoms, curve.circulating_atoms - sell.token_atoms_in);
            prop_assert_eq!(sell.legs.total(), Ok(sell.fee_atoms));
        }
    }

    #[test]
    fn the_product_and_the_virtual_quote_never_fall_in_a_trade(
        sides in sides(), fees in trade_fees(), amount in any_atoms(), has_referrer: bool,
    ) {
        let curve = &sides.curve;
        for buy in [sides.buy_exact_in(&fees, amount, has_referrer), sides.buy_exact_out(&fees, amount, has_referrer)].into_iter().flatten() {
            assert_sound(curve, &buy.curve_after);
        }
        for sale in [sides.sell_exact_in(&fees, amount, has_referrer), sides.sell_exact_out(&fees, amount, has_referrer)].into_iter().flatten() {
            assert_sound(curve, &sale.curve_after);
        }
    }

    #[test]
    fn a_round_trip_costs_at_least_the_protocols_legs(sides in sides(), fees in trade_fees(), amount in any_atoms()) {
        let Ok(buy) = sides.buy_exact_in(&fees, amount, true) else { return Ok(()) };
        let Ok(sell) = after_buy(&sides, &buy).sell_exact_in(&fees, buy.token_atoms_out, true) else { return Ok(()) };
        let kept: u128 = [buy.legs, sell.legs]
            .iter()
            .map(|legs| u128::from(legs.vault) + u128::from(legs.creator) + u128::from(legs.referrer))
            .sum();
        let protocol = u128::from(buy.legs.protocol) + u128::from(sell.legs.protocol);
        prop_assert!(protocol >= 2);
        prop_assert!(u128::from(sell.quote_atoms_out) + kept + protocol <= u128::from(buy.quote_atoms_in));
    }

    #[test]
    fn splitting_a_buy_never_beats_one_buy(
        sides in sides(), fees in trade_fees(), first in any_atoms(), second in any_atoms(),
    ) {
        let Some(total) = first.checked_add(second) else { return Ok(()) };
        // Below the supply floor what is on its way lifts the ask, and does not rise with what is paid.
        let Backing { supply_floor_atoms, waiting_atoms, expected_atoms } = sides.backing;
        if sides.curve.circulating_atoms < supply_floor_atoms && waiting_atoms + expected_atoms > 0 {
            return Ok(());
        }
        let Ok(one) = sides.buy_exact_in(&fees, total, false) else { return Ok(()) };
        let Ok(part) = sides.buy_exact_in(&fees, first, false) else { return Ok(()) };
        let Ok(rest) = after_buy(&sides, &part).buy_exact_in(&fees, second, false) else { return Ok(()) };
        prop_assert!(part.token_atoms_out + rest.token_atoms_out <= one.token_atoms_out);
    }

    #[test]
    fn splitting_a_sale_gives_back_less_than_its_own_reserve_leg(
        sides in sides(), fees in trade_fees(), first in any_atoms(), second in any_atoms(),
    ) {
        let Some(total) = first.checked_add(second) else { return Ok(()) };
        let Ok(one) = sides.sell_exact_in(&fees, total, false) else { return Ok(()) };
        let Ok(part) = sides.sell_exact_in(&fees, first, false) else { return Ok(()) };
        let Ok(rest) = after_sale(&sides, &part).sell_exact_in(&fees, second, false) else { return Ok(()) };
        let parts = u128::from(part.quote_atoms_out) + u128::from(rest.quote_atoms_out);
        prop_assert!(parts <= u128::from(one.quote_atoms_out) + u128::from(part.legs.reserve));
    }

    #[test]
    fn exact_in_and_exact_out_agree(sides in sides(), fees in trade_fees(), amount in any_atoms()) {
        if let Ok(buy) = sides.buy_exact_out(&fees, amount, false)
            && let Ok(again) = sides.buy_exact_in(&fees, buy.quote_atoms_in, false)
        {
            prop_assert!(again.token_atoms_out >= amount, "the price of exact out buys at least as much exact in");
            prop_assert_eq!((again.fee_atoms, again.legs), (buy.fee_atoms, buy.legs));
        }
        if let Ok(buy) = sides.buy_exact_in(&fees, amount, false) {
            let again = sides.buy_exact_out(&fees, buy.token_atoms_out, false).unwrap();
            prop_assert!(again.quote_atoms_in <= amount, "what exact in bought costs no more exact out");
        }
        if let Ok(sell) = sides.sell_exact_out(&fees, amount, false) {
            let again = sides.sell_exact_in(&fees, sell.token_atoms_in, false).unwrap();
            prop_assert!(again.quote_atoms_out >= amount);
        }
    }

    #[test]
    fn any_prices_give_an_impact(spot_q64 in (any_atoms(), any_atoms()), quote in any_atoms(), tokens in any_atoms()) {
        let spot_q64 = (u128::from(spot_q64.0) << 64) | u128::from(spot_q64.1);
        let impact = price_impact_ppm(spot_q64, quote, tokens);
        prop_assert_eq!(impact.is_err(), tokens == 0);
        if let (Ok(impact), true) = (impact, quote > 0 && tokens > 0) {
            let average = quote as f64 / tokens as f64;
            let spot = spot_q64 as f64 / (1u128 << 64) as f64;
            let exact = (average - spot).abs() / spot * 1e6;
            let fraction_bits_lost = 1e6 / (spot_q64.max(1) as f64);
            prop_assert!((f64::from(impact) - exact.min(f64::from(u32::MAX))).abs() <= 1.001 + exact * 1e-9 + fraction_bits_lost, "{impact} for {exact}");
        }
    }

    #[test]
    fn a_buyer_of_the_whole_leaves_the_curve_open(sides in sides(), fees in trade_fees()) {
        let most = u64::MAX - sides.curve.quote_atoms().unwrap();
        if let Ok(buy) = sides.buy_exact_in(&fees, most, false) {
            prop_assert!(buy.curve_after.token_atoms().unwrap() >= 1);
        }
    }
}

/// A curve that opens, with nothing on its way to the reserve.
fn launched() -> Sides {
    let curve = Curve::launch(1_000_000_000, 30_000_000).unwrap();
    Sides { curve, backing: Backing::new(curve.depth_atoms, 1_050_000).unwrap() }
}

#[test]
fn a_first_buy_gives_what_the_formula_says() {
    let buy = launched().buy_exact_in(&TRADE_FEES_DEFAULT, 10_000_000, true).unwrap();
    // 1 % of 10,000,000 is 100,000; 9,900,000 net: floor(10^9 * 9.9 / 39.9).
    assert_eq!((buy.fee_atoms, buy.token_atoms_out, buy.spread_atoms), (100_000, 248_120_300, 0));
    let legs = FeeLegs { reserve: 40_000, vault: 25_000, creator: 15_000, protocol: 15_000, referrer: 5_000 };
    assert_eq!(buy.legs, legs);
    // 40,000 * 751,879,700 / 248,120,300 = 121,212.1 of virtual quote that the leg is worth.
    assert_eq!((buy.curve_after.reserve_atoms, buy.curve_after.virtual_atoms), (9_940_000, 30_121_212));
}

#[test]
fn a_buy_at_the_ask_and_a_sale_at_the_bid_give_what_the_formulas_say() {
    // A reserve of 1,000,000 of which the price shows 800,000: A = 1,800,000, A_b = 1,000,000 * 2.
    let curve = Curve {
        reserve_atoms: 1_000_000,
        circulating_atoms: 500_000_000,
        depth_atoms: 1_000_000_000,
        virtual_atoms: 800_000,
    };
    let sides = Sides { curve, backing: Backing::new(curve.depth_atoms, 1_050_000).unwrap() };
    let buy = sides.buy_exact_in(&TRADE_FEES_DEFAULT, 101_011, false).unwrap();
    // 100,000 net: floor(500,000,000 * 100,000 / 2,100,000); at the curve's own price ceil(1,800,000 * t / (y - t)) = 90,000.
    assert_eq!((buy.fee_atoms, buy.token_atoms_out, buy.spread_atoms), (1_011, 23_809_523, 10_000));
    // 405 of the fee and the spread: floor(10,405 * 476,190,477 / 523,809,523) = 9,459.
    assert_eq!((buy.curve_after.reserve_atoms, buy.curve_after.virtual_atoms), (1_100_405, 809_459));
    let sale = sides.sell_exact_in(&TRADE_FEES_DEFAULT, 100_000_000, false).unwrap();
    // floor(1,800,000 / 6), of which 1 %; 1,200 stay, worth as much again at half of the depth.
    assert_eq!((sale.quote_atoms_out, sale.fee_atoms, sale.legs.reserve), (297_000, 3_000, 1_200));
    assert_eq!((sale.curve_after.reserve_atoms, sale.curve_after.virtual_atoms), (701_200, 801_200));
}

#[test]
fn an_impact_is_relative_to_the_spot_price_and_rounds_up() {
    assert_eq!(price_impact_ppm(3 << 64, 3, 1), Ok(0));
    assert_eq!(price_impact_ppm(3 << 64, 4, 1), Ok(333_334), "rounds up");
    assert_eq!(price_impact_ppm(0, 1, 1), Ok(u32::MAX));
    assert_eq!(price_impact_ppm(1, u64::MAX, 1), Ok(u32::MAX));
    assert_eq!(price_impact_ppm(1, 1, 0), Err(CoreError::DivisionByZero));
}

#[test]
fn zero_and_dust_are_refused_by_name() {
    let (sides, fees) = (launched(), TRADE_FEES_DEFAULT);
    assert_eq!(sides.buy_exact_in(&fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sides.buy_exact_in(&fees, 1, false), Err(CoreError::OutputZero), "the fee takes the only atom");
    assert_eq!(sides.buy_exact_out(&fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sides.sell_exact_in(&fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sides.sell_exact_in(&fees, 1, false), Err(CoreError::InsufficientSupply));
    assert_eq!(sides.sell_exact_out(&fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sides.sell_exact_out(&fees, 1, false), Err(CoreError::InsufficientReserve));
    let sold = sides.buy_exact_in(&fees, 10_000_000, false).unwrap();
    let sold = after_buy(&sides, &sold);
    assert_eq!(sold.sell_exact_in(&fees, 30, false), Err(CoreError::OutputZero), "the fee takes the only atom");
}
