//! Where virtual quote is used up, a deposit raises the price at once: how large it may be before that pays somebody.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    bps::ppm_floor,
    curve::Curve,
    fees::{FeeLegs, TRADE_FEES_DEFAULT, TradeFees},
    trade::{buy_exact_in, sell_exact_in},
};
use proptest::prelude::*;

use common::trade_fees;

/// A curve whose virtual quote deposits used up, with `sold_ppm` of its depth in circulation.
fn used_up(reserve_atoms: u64, sold_ppm: u32) -> Curve {
    let depth_atoms = 1_000_000_000_000_000;
    let circulating_atoms = ppm_floor(depth_atoms, sold_ppm).unwrap();
    Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms: 1 }
}

/// What somebody who gets every leg but the reserve's and the protocol's gains by buying right before a deposit and
/// selling right after it, quote atoms.
fn sandwich(curve: &Curve, fees: &TradeFees, quote_atoms: u64, deposit_atoms: u64) -> i128 {
    let own = |legs: &FeeLegs| i128::from(legs.vault) + i128::from(legs.creator) + i128::from(legs.referrer);
    let buy = buy_exact_in(curve, fees, quote_atoms, true).unwrap();
    let paid_into = buy.curve_after.deposit_backing(deposit_atoms).unwrap();
    let sale = sell_exact_in(&paid_into, fees, buy.token_atoms_out, true).unwrap();
    i128::from(sale.quote_atoms_out) + own(&sale.legs) + own(&buy.legs) - i128::from(quote_atoms)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_deposit_beyond_the_virtual_quote_pays_nobody_while_it_is_below_the_protocols_net_part(
        reserve_atoms in 1_000_000_000u64..1 << 50, sold_ppm in 1_000u32..990_000, fees in trade_fees(),
        size_ppm in 100u64..50_000_000, part_ppm in 0u32..=1_000_000,
    ) {
        let curve = used_up(reserve_atoms, sold_ppm);
        let most_atoms = ppm_floor(reserve_atoms, fees.protocol_lost_ppm().unwrap()).unwrap();
        let quote_atoms = (u128::from(reserve_atoms) * u128::from(size_ppm) / 1_000_000) as u64;
        let gain = sandwich(&curve, &fees, quote_atoms, ppm_floor(most_atoms, part_ppm).unwrap());
        // Legs round down to the atom, for the reserve.
        prop_assert!(gain <= 0, "{gain}");
    }
}

#[test]
fn a_larger_one_does() {
    let curve = used_up(1_000_000_000_000, 500_000);
    assert!(sandwich(&curve, &TRADE_FEES_DEFAULT, 100_000_000_000, 30_000_000_000) > 0);
}
