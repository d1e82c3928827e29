//! The lemmas behind the profit bound: what one step may change, how many fit into two epochs, how large one may be.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    market::MarketParams,
    sync::{HighWater, SyncReason, SyncState, sync},
};
use proptest::prelude::*;

use common::{DEPTH, input, market, solvent_curve, state_with_mark, trade_fees};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const EPOCH: i64 = 3_600;
const WHOLE: u128 = 1_000_000;

/// `A = R + V` and `y = Y - C`.
fn sides(curve: &Curve) -> (u128, u128) {
    (u128::from(curve.quote_atoms().unwrap()), u128::from(curve.token_atoms().unwrap()))
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn one_step_changes_each_side_of_the_curve_by_at_most_its_size(
        (curve, state) in market(), step_ppm in -6_000i32..6_000,
    ) {
        let moved = sync(&curve, &state, &PARAMS, &input(step_ppm), EPOCH).unwrap();
        let ((quote, tokens), (quote_after, tokens_after)) = (sides(&curve), sides(&moved.curve_after));
        let grown = WHOLE + u128::from(moved.step_applied_ppm.unsigned_abs());
        match moved.reason {
            SyncReason::SteppedUp => {
                prop_assert!(quote_after <= quote, "A' <= A");
                prop_assert!(tokens_after <= tokens && tokens_after * grown >= tokens * WHOLE, "y' >= y / (1 + s)");
            }
            SyncReason::SteppedDown => {
                prop_assert!(quote_after >= quote, "A' >= A");
                prop_assert!(tokens_after >= tokens && tokens_after * WHOLE <= tokens * grown, "y' <= y (1 + s)");
            }
            SyncReason::Absorbed => {
                prop_assert!(quote_after > quote && quote_after * WHOLE <= quote * grown, "A' <= A (1 + k)");
                prop_assert_eq!(tokens_after, tokens);
                prop_assert!(grown <= WHOLE + u128::from(PARAMS.absorb_max_ppm));
            }
            _ => prop_assert_eq!(moved.curve_after, curve),
        }
    }

    #[test]
    fn a_step_is_the_formula_where_no_bound_is_reached(
        sold in 0.2f64..0.4, above in 0.0f64..0.2, reserve in 1u64 << 40..1 << 50, slack in 0.0f64..0.5, step_ppm in -5_500i32..=5_500,
    ) {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let high_atoms = circulating_atoms + (DEPTH as f64 * above) as u64;
        let boundary = |depth: u64| u128::from(reserve) * u128::from(depth - circulating_atoms) / u128::from(circulating_atoms);
        let virtual_atoms = (boundary(DEPTH) as f64 * (1.0 - slack)) as u64;
        let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
        let moved = sync(&curve, &state_with_mark(high_atoms), &PARAMS, &input(step_ppm), EPOCH).unwrap();
        // The mark's peak covers the last two epochs, so it does not decay here.
        let (room, size, quote) = (u128::from(DEPTH - high_atoms), u128::from(step_ppm.unsigned_abs()), u128::from(curve.quote_atoms().unwrap()));
        let expected = if step_ppm > 0 {
            let depth = u128::from(DEPTH) - room * size / (WHOLE + size);
            (depth, boundary(depth as u64).min(u128::from(virtual_atoms)))
        } else if step_ppm < 0 {
            let depth = u128::from(DEPTH) + room * size / WHOLE;
            (depth, quote * depth / u128::from(DEPTH) - u128::from(reserve))
        } else {
            let most = u128::from(virtual_atoms) + quote * u128::from(PARAMS.absorb_max_ppm) / WHOLE;
            (u128::from(DEPTH), boundary(DEPTH).min(most).max(u128::from(virtual_atoms)))
        };
        prop_assert_eq!((u128::from(moved.curve_after.depth_atoms), u128::from(moved.curve_after.virtual_atoms)), expected, "{:?}", moved);
    }

    #[test]
    fn solvency_holds_exactly_when_everything_circulating_sells_for_at_most_the_reserve(
        curve in solvent_curve(), virtual_atoms in common::any_atoms(),
    ) {
        let curve = Curve { virtual_atoms, ..curve };
        let Ok(quote) = curve.quote_atoms() else { return Ok(()) };
        let supply = u128::from(curve.circulating_atoms);
        // Selling `C` pays `(R + V) * C / (y + C)` before rounding, and `y + C = Y`.
        let covered = u128::from(quote) * supply <= u128::from(curve.reserve_atoms) * u128::from(curve.depth_atoms);
        prop_assert_eq!(curve.invariant().is_ok(), covered);
    }

    #[test]
    fn on_the_boundary_the_price_is_the_backing_times_the_premium(sold in 0.01f64..0.99, reserve in 1u64 << 40..1 << 50) {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let boundary = u128::from(reserve) * u128::from(DEPTH - circulating_atoms) / u128::from(circulating_atoms);
        let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms: boundary as u64 };
        let price = curve.spot_price_q64().unwrap() as f64 / (1u128 << 64) as f64;
        let backing = reserve as f64 / circulating_atoms as f64;
        let premium = DEPTH as f64 / (DEPTH - circulating_atoms) as f64;
        prop_assert!((price / (backing * premium) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn two_syncs_and_one_round_trip_lose_at_the_largest_step_and_not_at_a_larger_one(fees in trade_fees()) {
        let largest = MarketParams::largest_step_ppm(&fees).unwrap();
        let absorption = MarketParams::largest_absorption_ppm(&fees).unwrap();
        let params = MarketParams { step_max_ppm: largest, absorb_max_ppm: absorption, ..PARAMS.with_fees(&fees) };
        prop_assert_eq!(params.validate(), Ok(()));
        prop_assert_eq!(MarketParams { step_max_ppm: largest + 1, ..params }.validate(), Err(CoreError::StepExceedsLostFee));
        prop_assert_eq!(
            MarketParams { absorb_max_ppm: absorption + 1, ..params }.validate(),
            Err(CoreError::AbsorptionExceedsLostFee)
        );
        let gains = |gain_ppm: u32, lost_ppm: u32| {
            let kept = (WHOLE + u128::from(gain_ppm)) * (WHOLE - u128::from(lost_ppm));
            kept * kept > WHOLE.pow(4)
        };
        let (lost, protocol) = (fees.fee_lost_ppm().unwrap(), fees.protocol_lost_ppm().unwrap());
        prop_assert!(!gains(largest, lost) && gains(largest + 1, lost));
        prop_assert!(!gains(absorption, protocol) && gains(absorption + 1, protocol));
    }

    #[test]
    fn two_epochs_hold_at_most_two_syncs(waits in prop::collection::vec(0i64..5_000, 2..60)) {
        let curve = Curve { reserve_atoms: 1 << 40, circulating_atoms: DEPTH / 2, depth_atoms: DEPTH, virtual_atoms: 1 << 40 };
        let (mut state, mut now, mut moves) = (state_with_mark(DEPTH / 2), 0, vec![0]);
        for wait in waits {
            now += wait;
            match sync(&curve, &state, &PARAMS, &input(1), now) {
                Ok(moved) if moved.reason.moved() => {
                    state = moved.state_after;
                    moves.push(now);
                }
                Ok(_) => {}
                Err(error) => prop_assert_eq!(error, CoreError::EpochNotOver),
            }
        }
        // The first entry is the opening, which counts like a sync: a market moves one epoch after it at the earliest.
        prop_assert!(moves.windows(3).all(|three| three[2] - three[0] >= 2 * EPOCH), "{moves:?}");
    }

    #[test]
    fn a_market_with_nothing_sold_keeps_its_curve(depth in 1u64.., first_price in 1u64.., gift: u64, step_ppm: i32) {
        let launched = Curve::launch(depth, first_price).unwrap();
        let curve = launched.deposit_reserve(gift).unwrap_or(launched);
        for params in [PARAMS, MarketParams { circulating_min_ppm: 0, ..PARAMS }] {
            let kept = sync(&curve, &SyncState::new(0), &params, &input(step_ppm), EPOCH).unwrap();
            prop_assert_eq!((kept.reason, kept.curve_after), (SyncReason::CirculatingTooSmall, curve));
        }
    }
}

#[test]
fn a_launch_is_solvent_with_nothing_to_spare() {
    let curve = Curve::launch(1_000, 30).unwrap();
    assert_eq!(curve.invariant(), Ok(()));
    assert_eq!(Curve { virtual_atoms: 31, circulating_atoms: 1, ..curve }.invariant(), Err(CoreError::NotSolvent));
}

#[test]
fn the_mark_holds_for_two_epochs_after_everybody_sold() {
    let bought = HighWater::new(0).record(0, 1_000, 100, 3_600);
    let sold = bought.record(1_000, 0, 200, 3_600);
    assert_eq!(sold.atoms(), 1_000);
    let later = sold.decay(0, 7_399, 3_600, 3_600).unwrap();
    assert_eq!(later.atoms(), 1_000, "one second before two epochs are over");
}
