//! What a step is worth: its price covers what any holding gains from it, either way.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{curve::Curve, sync::StepPricing};
use proptest::prelude::*;

use common::{DEPTH, any_atoms, most_virtual_atoms};

/// The curve with another depth, the quote side scaled with it.
fn scaled(curve: &Curve, depth_atoms: u64) -> Option<Curve> {
    let quote = u128::from(curve.quote_atoms().unwrap()) * u128::from(depth_atoms) / u128::from(curve.depth_atoms);
    let virtual_atoms = u64::try_from(quote).ok()?.checked_sub(curve.reserve_atoms)?;
    let next = Curve { depth_atoms, virtual_atoms, ..*curve };
    next.invariant().is_ok().then_some(next)
}

/// What the holding sells for on the curve, quote atoms.
fn worth(curve: &Curve, token_atoms: u64) -> i128 {
    curve.sell_exact_in(token_atoms).map_or(0, i128::from)
}

/// Holdings from one atom to everything, where a step is worth most among them.
fn holdings(curve: &Curve, part: f64) -> [u64; 5] {
    let supply = curve.circulating_atoms;
    // The maximiser of `x (C - x) / ((y + x)^2)`.
    let (tokens, all) = (curve.token_atoms().unwrap() as f64, supply as f64);
    let best = (all * tokens / (all + 2.0 * tokens)) as u64;
    [1, supply, (all * part) as u64, best.max(1), (supply / 2).max(1)]
}

/// A curve on the boundary of (S) or with slack.
fn curves() -> impl Strategy<Value = Curve> {
    (0.001f64..0.999, 0u32..62, any_atoms(), 0.0f64..1.0).prop_map(|(sold, bits, seed, slack)| {
        let reserve_atoms = ((1 << bits) | (seed >> (63 - bits))).max(1);
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let boundary = most_virtual_atoms(reserve_atoms, circulating_atoms, DEPTH);
        let virtual_atoms = (boundary as f64 * (1.0 - slack * slack * slack)) as u64;
        Curve { reserve_atoms, circulating_atoms, depth_atoms: DEPTH, virtual_atoms: virtual_atoms.min(boundary) }
    })
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn no_holding_gains_more_from_a_step_up_than_it_costs(
        curve in curves(), step in 0.0f64..0.05, dearer in 0.0f64..1.0, part in 0.0f64..1.0,
    ) {
        let room = (DEPTH - curve.circulating_atoms) as f64;
        let Some(after) = scaled(&curve, DEPTH - (room * step * step) as u64) else { return Ok(()) };
        let supply = curve.circulating_atoms + (room * dearer * 0.99) as u64;
        for supply in [curve.circulating_atoms, supply] {
            let gain = StepPricing::new(&curve, supply).unwrap().gain_atoms(after.depth_atoms, DEPTH).unwrap();
            for holding in holdings(&curve, part) {
                // An atom for the rounding of both worths.
                prop_assert!(worth(&after, holding) - worth(&curve, holding) <= i128::from(gain) + 1, "{holding} {gain}");
            }
        }
    }

    #[test]
    fn nobody_who_is_out_gains_more_from_a_step_down_than_it_costs(
        curve in curves(), step in 0.0f64..0.05, dearer in 0.0f64..1.0, part in 0.0f64..1.0,
    ) {
        let room = (DEPTH - curve.circulating_atoms) as f64;
        let Some(after) = scaled(&curve, DEPTH + (room * step * step) as u64) else { return Ok(()) };
        let supply = curve.circulating_atoms + (room * dearer * 0.99) as u64;
        for supply in [curve.circulating_atoms, supply] {
            let gain = StepPricing::new(&curve, supply).unwrap().gain_atoms(DEPTH, after.depth_atoms).unwrap();
            for holding in holdings(&curve, part) {
                prop_assert!(worth(&curve, holding) - worth(&after, holding) <= i128::from(gain) + 1, "{holding} {gain}");
            }
        }
    }

    #[test]
    fn the_price_is_close_to_what_the_best_holding_gains_on_the_boundary(sold in 0.05f64..0.95, reserve in 1u64 << 45..1 << 55) {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let virtual_atoms = most_virtual_atoms(reserve, circulating_atoms, DEPTH);
        let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
        let after = scaled(&curve, DEPTH - (DEPTH - circulating_atoms) / 250).unwrap();
        let gain = StepPricing::new(&curve, circulating_atoms).unwrap().gain_atoms(after.depth_atoms, DEPTH).unwrap();
        let best = holdings(&curve, 0.5).map(|holding| worth(&after, holding) - worth(&curve, holding));
        let best = best.into_iter().max().unwrap() as f64;
        prop_assert!(best > gain as f64 * 0.99, "{best} of {gain}");
    }

    #[test]
    fn a_step_and_its_way_back_cost_the_same(curve in curves(), step in 0.0f64..0.05) {
        let room = (DEPTH - curve.circulating_atoms) as f64;
        let Some(after) = scaled(&curve, DEPTH - (room * step) as u64) else { return Ok(()) };
        let price = |curve: &Curve| StepPricing::new(curve, curve.circulating_atoms).unwrap().gain_atoms(after.depth_atoms, DEPTH);
        prop_assert_eq!(price(&curve), price(&after));
    }

    #[test]
    fn a_step_of_the_log_price_costs_a_quarter_of_the_reserve_for_each_e_fold(
        sold in 0.05f64..0.95, reserve in 1u64 << 45..1 << 55,
    ) {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let virtual_atoms = most_virtual_atoms(reserve, circulating_atoms, DEPTH);
        let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
        let after = scaled(&curve, DEPTH - (DEPTH - circulating_atoms) / 1_000).unwrap();
        let gain = StepPricing::new(&curve, circulating_atoms).unwrap().gain_atoms(after.depth_atoms, DEPTH).unwrap();
        let price = |curve: &Curve| curve.spot_price_q64().unwrap() as f64;
        let moved = (price(&after) / price(&curve)).ln();
        let paid = 4.0 * gain as f64 / reserve as f64;
        prop_assert!((paid / moved - 1.0).abs() < 0.002, "{paid} for {moved}");
    }

    #[test]
    fn more_supply_and_larger_steps_never_cost_less(
        curve in curves(), supplies in (0.0f64..1.0, 0.0f64..1.0), steps in (0.0f64..1.0, 0.0f64..1.0),
    ) {
        let room = (DEPTH - curve.circulating_atoms) as f64;
        let supply = |part: f64| curve.circulating_atoms + (room * part * 0.9) as u64;
        let depth = |part: f64| DEPTH - (room * part * 0.05) as u64;
        let gain = |supply: u64, depth: u64| StepPricing::new(&curve, supply).unwrap().gain_atoms(depth, DEPTH).unwrap();
        let (few, many) = (supply(supplies.0.min(supplies.1)), supply(supplies.0.max(supplies.1)));
        let (near, far) = (depth(steps.0.min(steps.1)), depth(steps.0.max(steps.1)));
        prop_assert!(gain(few, near) <= gain(many, near));
        prop_assert!(gain(few, near) <= gain(few, far));
    }
}

/// A reserve of most of 64 bits, little of the supply sold: no part of the price may lose what did not fit.
#[test]
fn what_does_not_fit_is_as_good_as_endless() {
    let curve =
        Curve { reserve_atoms: 1 << 62, circulating_atoms: DEPTH / 100, depth_atoms: DEPTH, virtual_atoms: 1 << 62 };
    let pricing = StepPricing::new(&curve, DEPTH / 2 - 1).unwrap();
    assert_eq!(pricing.reserve_atoms, u64::MAX, "99 times the reserve");
    assert_eq!(pricing.gain_atoms(DEPTH - 1_000, DEPTH), Ok(u64::MAX));
    let all = StepPricing::new(&curve, DEPTH - 1).unwrap();
    assert_eq!(all.gain_atoms(DEPTH - 1_000, DEPTH), Ok(u64::MAX));
}
