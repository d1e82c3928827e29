//! Laws of what no trade paid: shares of usage fees, gifts. None moves the price by itself, so none can be traded around.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    backing::Backing,
    fees::FeeLegs,
    market::{self, Dues, MarketRules, MarketState, TradeSide},
};
use proptest::prelude::*;

use common::{EPOCH, any_atoms, exact_in, market, order, synced, usual_market};

/// What somebody who gets every leg but the reserve's and the protocol's gains by buying right before a deposit and
/// selling right after it, quote atoms.
fn sandwich(state: &MarketState, rules: &MarketRules, quote_atoms: u64, deposit_atoms: u64) -> Option<i128> {
    let own = |legs: &FeeLegs| i128::from(legs.vault) + i128::from(legs.creator) + i128::from(legs.referrer);
    let buy = market::trade(state, rules, &order(TradeSide::Buy, exact_in(quote_atoms)), 0).ok()?;
    let paid_in = market::deposit(&buy.state_after, rules, deposit_atoms, 0, 0).ok()?.state_after;
    let sale = market::trade(&paid_in, rules, &order(TradeSide::Sell, exact_in(buy.token_atoms)), 0).ok()?;
    Some(i128::from(sale.quote_atoms) + own(&sale.legs) + own(&buy.legs) - i128::from(quote_atoms))
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_deposit_goes_where_it_is_meant_to_and_leaves_no_atom_behind(
        (mut state, rules) in market(), parts in (0u64..1 << 52, 0u64..1 << 50, 0u64..1 << 50), due in 0u64..1 << 52,
    ) {
        state.backing.expected_atoms = due;
        let (curve, fees) = (state.curve, rules.params.trade_fees());
        let deposit = market::deposit(&state, &rules, parts.0, parts.1, parts.2).unwrap();
        let (legs, after) = (deposit.legs, deposit.state_after);
        prop_assert_eq!(legs, fees.split_base(parts.2, false).unwrap());
        let entered = after.curve.reserve_atoms - curve.reserve_atoms;
        prop_assert_eq!(entered + after.backing.waiting_atoms, parts.0 + legs.reserve);
        prop_assert_eq!(entered, (parts.0 + legs.reserve).min(curve.virtual_atoms - 1));
        let dues = Dues { vault_atoms: legs.vault, creator_atoms: parts.1 + legs.creator, protocol_atoms: legs.protocol };
        prop_assert_eq!(after.dues, dues);
        prop_assert_eq!(after.backing.expected_atoms, due.saturating_sub(parts.0), "what was expected has come");
        let rest = MarketState { curve: after.curve, backing: after.backing, dues: after.dues, ..state };
        prop_assert_eq!(after, rest);
    }

    #[test]
    fn a_deposit_never_moves_the_price_of_sales_nor_lowers_the_ask(
        (mut state, rules) in market(), amounts in (any_atoms(), any_atoms()), due in 0u64..1 << 52,
    ) {
        state.backing.expected_atoms = due;
        let Ok(deposit) = market::deposit(&state, &rules, amounts.0 >> 8, 0, amounts.1 >> 8) else { return Ok(()) };
        let after = deposit.state_after;
        prop_assert_eq!(after.curve.quote_atoms(), state.curve.quote_atoms());
        prop_assert_eq!(after.curve.token_atoms(), state.curve.token_atoms());
        prop_assert!(after.curve.slack().unwrap() >= state.curve.slack().unwrap());
        if let (Ok(ask_atoms), Ok(before_atoms)) = (after.sides().backing.ask_atoms(&after.curve), state.backing.ask_atoms(&state.curve)) {
            prop_assert!(ask_atoms >= before_atoms);
        }
    }

    #[test]
    fn buying_right_before_a_deposit_and_selling_right_after_it_never_pays(
        (mut state, rules) in market(), quote_atoms in 1u64..1 << 54, deposit_atoms in any_atoms(), is_used_up: bool,
    ) {
        if is_used_up {
            state.curve.virtual_atoms = 1;
        }
        // However large the gift: what the virtual quote has no room for waits.
        if let Some(gain) = sandwich(&state, &rules, quote_atoms, deposit_atoms) {
            prop_assert!(gain < 0, "{gain}");
        }
    }

    #[test]
    fn what_waits_enters_with_the_syncs_and_is_absorbed(
        (state, rules) in market(), deposits in 1u64..4, epochs in 1i64..50,
    ) {
        let gift_atoms = state.curve.virtual_atoms.saturating_mul(deposits);
        let mut given = market::deposit(&state, &rules, gift_atoms, 0, 0).unwrap().state_after;
        let whole = |state: &MarketState| state.curve.reserve_atoms + state.backing.waiting_atoms;
        prop_assert!(given.backing.waiting_atoms > 0);
        for epoch in 1..=epochs {
            let after = synced(&given, &rules, 0, epoch * EPOCH).state_after;
            prop_assert_eq!(whole(&after), whole(&given));
            prop_assert!(after.backing.waiting_atoms <= given.backing.waiting_atoms);
            let (before, quote) = (given.curve.quote_atoms().unwrap(), after.curve.quote_atoms().unwrap());
            let most = u128::from(before) * u128::from(1_000_000 + rules.params.absorb_max_ppm) / 1_000_000;
            prop_assert!(quote >= before && u128::from(quote) <= most);
            given = after;
        }
    }
}

/// Below the supply floor dues count in full and the reserve only by the part that has owners.
#[test]
fn below_the_supply_floor_a_deposit_leaves_at_least_the_ask_without_dues() {
    let (mut state, rules) = usual_market(1 << 40, 0.04);
    state.backing.expected_atoms = 1 << 39;
    assert!(state.curve.circulating_atoms < state.backing.supply_floor_atoms);
    let without = Backing { expected_atoms: 0, ..state.backing }.ask_atoms(&state.curve).unwrap();
    let paid = market::deposit(&state, &rules, 1 << 39, 0, 0).unwrap().state_after;
    assert_eq!(paid.backing.expected_atoms, 0);
    assert!(paid.backing.ask_atoms(&paid.curve).unwrap() >= without);
}

#[test]
fn dues_that_do_not_fit_refuse_the_trade() {
    let legs = FeeLegs { reserve: 9, vault: 1, creator: 2, protocol: 3, referrer: 4 };
    let dues = Dues { vault_atoms: 10, creator_atoms: 20, protocol_atoms: 30 };
    assert_eq!(dues.accrue(&legs), Ok(Dues { vault_atoms: 11, creator_atoms: 22, protocol_atoms: 33 }));
    for full in [
        Dues { vault_atoms: u64::MAX, ..dues },
        Dues { creator_atoms: u64::MAX - 1, ..dues },
        Dues { protocol_atoms: u64::MAX - 2, ..dues },
    ] {
        assert_eq!(full.accrue(&legs), Err(CoreError::Overflow));
    }
}
