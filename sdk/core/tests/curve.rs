//! Laws of the bare curve, net of fees, over the whole range of amounts.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{CoreError, curve::Curve};
use proptest::prelude::*;

use common::{any_atoms, solvent_curve};

/// At the curve's own price.
fn buys(curve: &Curve, quote_atoms: u64) -> Result<u64, CoreError> {
    curve.buy_exact_in(curve.quote_atoms()?, quote_atoms)
}

/// At the curve's own price.
fn costs(curve: &Curve, token_atoms: u64) -> Result<u64, CoreError> {
    curve.buy_exact_out(curve.quote_atoms()?, token_atoms)
}

fn bought(curve: &Curve, quote_atoms: u64) -> Option<(u64, Curve)> {
    let token_atoms = buys(curve, quote_atoms).ok()?;
    Some((token_atoms, curve.apply_buy(quote_atoms, token_atoms).ok()?))
}

fn sold(curve: &Curve, token_atoms: u64) -> Option<(u64, Curve)> {
    let quote_atoms = curve.sell_exact_in(token_atoms).ok()?;
    Some((quote_atoms, curve.apply_sell(token_atoms, quote_atoms).ok()?))
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_trade_never_lowers_k_nor_breaks_solvency(curve in solvent_curve(), amount in any_atoms()) {
        let after = [bought(&curve, amount), sold(&curve, amount)];
        for (_, after) in after.into_iter().flatten() {
            prop_assert!(after.product().unwrap() >= curve.product().unwrap());
            prop_assert_eq!(after.invariant(), Ok(()));
        }
    }

    #[test]
    fn a_trade_changes_reserve_and_supply_by_what_was_traded_and_nothing_else(
        curve in solvent_curve(), amount in any_atoms(),
    ) {
        if let Some((token_atoms, after)) = bought(&curve, amount) {
            let reserve_atoms = curve.reserve_atoms + amount;
            let circulating_atoms = curve.circulating_atoms + token_atoms;
            prop_assert_eq!(after, Curve { reserve_atoms, circulating_atoms, ..curve });
        }
        if let Some((quote_atoms, after)) = sold(&curve, amount) {
            let reserve_atoms = curve.reserve_atoms - quote_atoms;
            let circulating_atoms = curve.circulating_atoms - amount;
            prop_assert_eq!(after, Curve { reserve_atoms, circulating_atoms, ..curve });
        }
    }

    #[test]
    fn a_deposit_raises_the_reserve_and_with_it_k_and_solvency(curve in solvent_curve(), amount in any_atoms()) {
        let Ok(after) = curve.deposit_reserve(amount) else { return Ok(()) };
        prop_assert_eq!(after, Curve { reserve_atoms: curve.reserve_atoms + amount, ..curve });
        prop_assert_eq!(after.invariant(), Ok(()));
        prop_assert!(after.product().unwrap() >= curve.product().unwrap());
    }

    #[test]
    fn a_deposit_to_the_backing_never_moves_the_price_and_leaves_no_atom_behind(
        curve in solvent_curve(), amount in any_atoms(),
    ) {
        let Ok((after, left_atoms)) = curve.deposit_backing(amount) else { return Ok(()) };
        prop_assert_eq!(after.invariant(), Ok(()));
        prop_assert_eq!(after.quote_atoms(), curve.quote_atoms());
        let entered = amount - left_atoms;
        let expected = Curve {
            reserve_atoms: curve.reserve_atoms + entered,
            virtual_atoms: curve.virtual_atoms - entered,
            ..curve
        };
        prop_assert_eq!(after, expected);
        prop_assert_eq!(entered, amount.min(curve.virtual_atoms.saturating_sub(1)), "one virtual atom stays");
        prop_assert!(after.slack().unwrap() >= curve.slack().unwrap());
    }

    #[test]
    fn buying_right_before_a_deposit_to_the_backing_never_gains(
        curve in solvent_curve(), quote_atoms in any_atoms(), amount in any_atoms(),
    ) {
        if let Some((token_atoms, bought)) = bought(&curve, quote_atoms)
            && let Ok((after, _)) = bought.deposit_backing(amount)
            && let Some((back_atoms, _)) = sold(&after, token_atoms)
        {
            prop_assert!(back_atoms <= quote_atoms);
        }
    }

    #[test]
    fn what_the_price_does_not_show_is_never_less_after_a_trade(curve in solvent_curve(), amount in any_atoms()) {
        let slack = curve.slack().unwrap();
        let exact = u128::from(curve.reserve_atoms) * u128::from(curve.token_atoms().unwrap())
            - u128::from(curve.virtual_atoms) * u128::from(curve.circulating_atoms);
        prop_assert_eq!(slack, exact);
        for (_, after) in [bought(&curve, amount), sold(&curve, amount)].into_iter().flatten() {
            prop_assert!(after.slack().unwrap() >= slack);
        }
    }

    #[test]
    fn any_state_and_amount_give_a_value_or_an_error(
        reserve_atoms in any_atoms(), circulating_atoms in any_atoms(), depth_atoms in any_atoms(),
        virtual_atoms in any_atoms(), amount in any_atoms(), other in any_atoms(),
    ) {
        let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
        let quotes = [
            buys(&curve, amount), costs(&curve, amount),
            curve.sell_exact_in(amount), curve.sell_exact_out(amount),
        ];
        prop_assert!(quotes.iter().all(|quote| quote.is_err() || *quote != Ok(0)));
        if let (Ok(after), Ok(before)) = (curve.deposit_reserve(amount), curve.product()) {
            prop_assert!(after.product().unwrap() >= before);
        }
        for after in [curve.apply_buy(amount, other), curve.apply_sell(amount, other)].into_iter().flatten() {
            prop_assert_eq!((after.depth_atoms, after.virtual_atoms), (depth_atoms, virtual_atoms));
        }
        let priced = matches!(curve.invariant(), Ok(()) | Err(CoreError::NotSolvent));
        prop_assert_eq!(curve.spot_price_q64().is_ok(), priced);
    }

    #[test]
    fn buying_then_selling_never_gains(curve in solvent_curve(), quote_atoms in any_atoms()) {
        if let Some((token_atoms, after)) = bought(&curve, quote_atoms)
            && let Some((back_atoms, _)) = sold(&after, token_atoms)
        {
            prop_assert!(back_atoms <= quote_atoms);
        }
    }

    #[test]
    fn selling_then_buying_back_never_gains(curve in solvent_curve(), token_atoms in any_atoms()) {
        if let Some((quote_atoms, after)) = sold(&curve, token_atoms % curve.circulating_atoms.max(1))
            && let Some((back_atoms, _)) = bought(&after, quote_atoms)
        {
            prop_assert!(back_atoms <= token_atoms % curve.circulating_atoms.max(1));
        }
    }

    #[test]
    fn splitting_a_trade_never_beats_one_trade(curve in solvent_curve(), first in any_atoms(), second in any_atoms()) {
        let Some(total) = first.checked_add(second) else { return Ok(()) };
        if let (Some((one, _)), Some((part, after))) = (bought(&curve, total), bought(&curve, first))
            && let Some((rest, _)) = bought(&after, second)
        {
            prop_assert!(part + rest <= one);
        }
        let (first, total) = (first % curve.circulating_atoms.max(1), total % curve.circulating_atoms.max(1));
        if let (Some((one, _)), Some((part, after))) = (sold(&curve, total), sold(&curve, first))
            && let Some((rest, _)) = total.checked_sub(first).and_then(|second| sold(&after, second))
        {
            prop_assert!(part + rest <= one);
        }
    }

    #[test]
    fn exact_in_and_exact_out_agree_within_the_pools_rounding(curve in solvent_curve(), amount in any_atoms()) {
        if let Ok(token_atoms) = buys(&curve, amount) {
            prop_assert!(costs(&curve, token_atoms).unwrap() <= amount);
        }
        if let Ok(quote_atoms) = costs(&curve, amount)
            && let Ok(token_atoms) = buys(&curve, quote_atoms)
        {
            prop_assert!(token_atoms >= amount);
            prop_assert!(quote_atoms == 1 || buys(&curve, quote_atoms - 1).unwrap_or(0) < amount);
        }
        if let Ok(quote_atoms) = curve.sell_exact_in(amount)
            && let Ok(token_atoms) = curve.sell_exact_out(quote_atoms)
        {
            prop_assert!(token_atoms <= amount);
        }
        if let Ok(token_atoms) = curve.sell_exact_out(amount) {
            prop_assert!(curve.sell_exact_in(token_atoms).unwrap() >= amount);
            prop_assert!(token_atoms == 1 || curve.sell_exact_in(token_atoms - 1).unwrap_or(0) < amount);
        }
    }

    #[test]
    fn selling_everything_never_pays_more_than_the_reserve(curve in solvent_curve()) {
        if let Ok(quote_atoms) = curve.sell_exact_in(curve.circulating_atoms) {
            prop_assert!(quote_atoms <= curve.reserve_atoms);
        }
    }

    #[test]
    fn the_spot_price_lies_between_a_sale_and_a_buy(curve in solvent_curve(), token_atoms in any_atoms()) {
        let price_q64 = curve.spot_price_q64().unwrap();
        let worth = |atoms: u64, of: u64| (u128::from(atoms) << 64) / u128::from(of);
        if let Ok(cost_atoms) = costs(&curve, token_atoms) {
            prop_assert!(worth(cost_atoms, token_atoms) >= price_q64);
        }
        if let Ok(paid_atoms) = curve.sell_exact_in(token_atoms) {
            prop_assert!(worth(paid_atoms, token_atoms) <= price_q64);
        }
    }
}

#[test]
fn impossible_trades_are_refused_by_name() {
    let curve = Curve { reserve_atoms: 1_000, circulating_atoms: 500, depth_atoms: 1_000, virtual_atoms: 1_000 };
    assert_eq!(curve.invariant(), Ok(()));
    assert_eq!(buys(&curve, 0), Err(CoreError::AmountZero));
    assert_eq!(buys(&curve, 1), Err(CoreError::OutputZero));
    assert_eq!(buys(&curve, u64::MAX), Err(CoreError::Overflow));
    assert_eq!(costs(&curve, 500), Err(CoreError::InsufficientSupply));
    assert_eq!(curve.sell_exact_in(501), Err(CoreError::InsufficientSupply));
    assert_eq!(curve.sell_exact_out(1_001), Err(CoreError::InsufficientReserve));
    assert_eq!(curve.sell_exact_in(500), Ok(1_000), "on the boundary the last token pays the last atom");
    assert_eq!(curve.sell_exact_out(1_000), Ok(500), "and the last atom takes the last token");
    assert_eq!(Curve { virtual_atoms: 1_001, ..curve }.invariant(), Err(CoreError::NotSolvent));
    assert_eq!(Curve { circulating_atoms: 1_000, ..curve }.invariant(), Err(CoreError::CurveEmpty));
    assert_eq!(Curve { virtual_atoms: u64::MAX, ..curve }.invariant(), Err(CoreError::Overflow));
    assert_eq!(Curve::launch(1_000, 0), Err(CoreError::CurveEmpty));
    assert_eq!(Curve::launch(0, 1_000), Err(CoreError::CurveEmpty));
}
