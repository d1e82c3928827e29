//! Laws of whole trades, fees included.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::{FeeLegs, TRADE_FEES_DEFAULT},
    trade::{buy_exact_in, buy_exact_out, price_impact_ppm, sell_exact_in, sell_exact_out},
};
use proptest::prelude::*;

use common::{any_atoms, solvent_curve, trade_fees};

/// Legs that leave the curve.
fn accrued(legs: &FeeLegs) -> i128 {
    [legs.vault, legs.creator, legs.protocol, legs.referrer].into_iter().map(i128::from).sum()
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn every_quote_atom_of_a_trade_is_in_one_place(
        curve in solvent_curve(), fees in trade_fees(), amount in any_atoms(), has_referrer: bool,
    ) {
        let reserve_change = |after: &Curve| i128::from(after.reserve_atoms) - i128::from(curve.reserve_atoms);
        for buy in [buy_exact_in(&curve, &fees, amount, has_referrer), buy_exact_out(&curve, &fees, amount, has_referrer)].into_iter().flatten() {
            prop_assert_eq!(i128::from(buy.quote_atoms_in), reserve_change(&buy.curve_after) + accrued(&buy.legs));
            prop_assert_eq!(buy.curve_after.circulating_atoms, curve.circulating_atoms + buy.token_atoms_out);
            prop_assert_eq!(buy.legs.total(), Ok(buy.fee_atoms));
            prop_assert_eq!(buy.fee_atoms, fees.fee_atoms(buy.quote_atoms_in).unwrap());
            prop_assert_eq!(buy.curve_after.invariant(), Ok(()));
        }
        for sell in [sell_exact_in(&curve, &fees, amount, has_referrer), sell_exact_out(&curve, &fees, amount, has_referrer)].into_iter().flatten() {
            prop_assert_eq!(-i128::from(sell.quote_atoms_out), reserve_change(&sell.curve_after) + accrued(&sell.legs));
            prop_assert_eq!(sell.curve_after.circulating_atoms, curve.circulating_atoms - sell.token_atoms_in);
            prop_assert_eq!(sell.legs.total(), Ok(sell.fee_atoms));
            prop_assert_eq!(sell.curve_after.invariant(), Ok(()));
        }
    }

    #[test]
    fn a_round_trip_costs_at_least_the_protocols_legs(
        curve in solvent_curve(), fees in trade_fees(), amount in any_atoms(),
    ) {
        let Ok(buy) = buy_exact_in(&curve, &fees, amount, true) else { return Ok(()) };
        let Ok(sell) = sell_exact_in(&buy.curve_after, &fees, buy.token_atoms_out, true) else { return Ok(()) };
        let kept: u128 = [buy.legs, sell.legs]
            .iter()
            .map(|legs| u128::from(legs.vault) + u128::from(legs.creator) + u128::from(legs.referrer))
            .sum();
        let protocol = u128::from(buy.legs.protocol) + u128::from(sell.legs.protocol);
        prop_assert!(u128::from(sell.quote_atoms_out) + kept + protocol <= u128::from(buy.quote_atoms_in));
    }

    #[test]
    fn splitting_a_buy_never_beats_one_buy(
        curve in solvent_curve(), fees in trade_fees(), first in any_atoms(), second in any_atoms(),
    ) {
        let Some(total) = first.checked_add(second) else { return Ok(()) };
        let Ok(one) = buy_exact_in(&curve, &fees, total, false) else { return Ok(()) };
        let Ok(part) = buy_exact_in(&curve, &fees, first, false) else { return Ok(()) };
        let Ok(rest) = buy_exact_in(&part.curve_after, &fees, second, false) else { return Ok(()) };
        prop_assert!(part.token_atoms_out + rest.token_atoms_out <= one.token_atoms_out);
    }

    #[test]
    fn splitting_a_sale_gives_back_less_than_its_own_reserve_leg(
        curve in solvent_curve(), fees in trade_fees(), first in any_atoms(), second in any_atoms(),
    ) {
        let Some(total) = first.checked_add(second) else { return Ok(()) };
        let Ok(one) = sell_exact_in(&curve, &fees, total, false) else { return Ok(()) };
        let Ok(part) = sell_exact_in(&curve, &fees, first, false) else { return Ok(()) };
        let Ok(rest) = sell_exact_in(&part.curve_after, &fees, second, false) else { return Ok(()) };
        let parts = u128::from(part.quote_atoms_out) + u128::from(rest.quote_atoms_out);
        prop_assert!(parts <= u128::from(one.quote_atoms_out) + u128::from(part.legs.reserve));
    }

    #[test]
    fn exact_in_and_exact_out_agree(curve in solvent_curve(), fees in trade_fees(), amount in any_atoms()) {
        if let Ok(buy) = buy_exact_out(&curve, &fees, amount, false)
            && let Ok(again) = buy_exact_in(&curve, &fees, buy.quote_atoms_in, false)
        {
            prop_assert!(again.token_atoms_out >= amount, "the price of exact out buys at least as much exact in");
            prop_assert_eq!((again.fee_atoms, again.legs), (buy.fee_atoms, buy.legs));
        }
        if let Ok(sell) = sell_exact_out(&curve, &fees, amount, false) {
            let again = sell_exact_in(&curve, &fees, sell.token_atoms_in, false).unwrap();
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
    fn a_buyer_of_the_whole_leaves_the_curve_open(curve in solvent_curve(), fees in trade_fees()) {
        let most = u64::MAX - curve.quote_atoms().unwrap();
        if let Ok(buy) = buy_exact_in(&curve, &fees, most, false) {
            prop_assert!(buy.curve_after.token_atoms().unwrap() >= 1);
        }
    }
}

#[test]
fn a_first_buy_gives_what_the_formula_says() {
    let curve = Curve::launch(1_000_000_000, 30_000_000).unwrap();
    let buy = buy_exact_in(&curve, &TRADE_FEES_DEFAULT, 10_000_000, true).unwrap();
    // 1 % of 10,000,000 is 100,000; 9,900,000 net: floor(10^9 * 9.9 / 39.9).
    assert_eq!((buy.fee_atoms, buy.token_atoms_out), (100_000, 248_120_300));
    let legs = FeeLegs { reserve: 40_000, vault: 25_000, creator: 15_000, protocol: 15_000, referrer: 5_000 };
    assert_eq!(buy.legs, legs);
    assert_eq!(buy.curve_after.reserve_atoms, 9_940_000);
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
    let curve = Curve::launch(1_000_000_000, 30_000_000).unwrap();
    let fees = TRADE_FEES_DEFAULT;
    assert_eq!(buy_exact_in(&curve, &fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(buy_exact_in(&curve, &fees, 1, false), Err(CoreError::OutputZero), "the fee takes the only atom");
    assert_eq!(buy_exact_out(&curve, &fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sell_exact_in(&curve, &fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sell_exact_in(&curve, &fees, 1, false), Err(CoreError::InsufficientSupply));
    assert_eq!(sell_exact_out(&curve, &fees, 0, false), Err(CoreError::AmountZero));
    assert_eq!(sell_exact_out(&curve, &fees, 1, false), Err(CoreError::InsufficientReserve));
}
