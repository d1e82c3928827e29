//! The lemmas of docs/curve.md on what trades, steps, deposits and fake use do to what a holder owns: cash, and what
//! the curve pays for the holding without a fee.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    curve::Curve,
    fees::FeeLegs,
    market::MarketParams,
    sync::{SyncReason, growth_fees_atoms, sync},
    trade::{buy_exact_in, sell_exact_in},
    usage::{
        EMA_FAST_HALF_LIFE_SECONDS, EMA_MID_HALF_LIFE_SECONDS, EMA_SLOW_HALF_LIFE_SECONDS, ema_advance, to_ema_scale,
    },
};
use proptest::prelude::*;

use common::{input, market, trade_fees};

const PARAMS: MarketParams = MarketParams::DEFAULT;
const EPOCH: i64 = 3_600;

/// `f(x)`: what the curve pays for `token_atoms` without a fee.
fn worth(curve: &Curve, token_atoms: u64) -> i128 {
    curve.sell_exact_in(token_atoms).map_or(0, i128::from)
}

/// The legs that a trader who is creator, only staker and referrer gets back.
fn owned(legs: &FeeLegs) -> i128 {
    [legs.vault, legs.creator, legs.referrer].into_iter().map(i128::from).sum()
}

/// `u = x / (y + x)`: the part of a new atom of quote that reaches the holder of `x` tokens.
fn reach(curve: &Curve, token_atoms: u64) -> f64 {
    token_atoms as f64 / (curve.token_atoms().unwrap() as f64 + token_atoms as f64)
}

/// Room for one atom of rounding, and for f64.
fn slop(amount: f64) -> f64 {
    2.0 + amount * 1e-9
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn own_trades_never_raise_what_a_trader_owns(
        (curve, _) in market(), fees in trade_fees(), held in 0.0f64..1.0, size in -20.0f64..3.0, buys: bool,
    ) {
        let held_atoms = (curve.circulating_atoms as f64 * held) as u64;
        let (cash, legs, after, now_held) = if buys {
            let gross = (curve.quote_atoms().unwrap() as f64 * size.exp()) as u64;
            let Ok(buy) = buy_exact_in(&curve, &fees, gross, true) else { return Ok(()) };
            (-i128::from(buy.quote_atoms_in), buy.legs, buy.curve_after, held_atoms + buy.token_atoms_out)
        } else {
            let sold = (held_atoms as f64 * size.exp().min(1.0)) as u64;
            let Ok(sell) = sell_exact_in(&curve, &fees, sold, true) else { return Ok(()) };
            (i128::from(sell.quote_atoms_out), sell.legs, sell.curve_after, held_atoms - sold)
        };
        let change = cash + owned(&legs) + worth(&after, now_held) - worth(&curve, held_atoms);
        prop_assert!(change <= 1, "gained {change}");
        // What is lost: the protocol's leg, and of the reserve's leg what does not reach the holding.
        let lost = legs.protocol as f64 + legs.reserve as f64 * (1.0 - reach(&after, now_held));
        prop_assert!(change as f64 <= -lost + slop(worth(&after, now_held) as f64), "{change} after losing {lost}");
    }

    #[test]
    fn an_upward_step_gives_a_holder_at_most_its_size_of_what_others_reach(
        (curve, state) in market(), held in 0.0f64..1.0, step_ppm in 1i32..6_000,
    ) {
        let moved = sync(&curve, &state, &PARAMS, &input(step_ppm), EPOCH).unwrap();
        prop_assume!(moved.reason == SyncReason::SteppedUp);
        let held_atoms = (curve.circulating_atoms as f64 * held) as u64;
        let before = worth(&curve, held_atoms);
        let gained = (worth(&moved.curve_after, held_atoms) - before) as f64;
        let step = f64::from(moved.step_applied_ppm) / 1e6;
        let most = step * before as f64 * (1.0 - reach(&curve, held_atoms));
        prop_assert!(gained <= most + slop(before as f64), "{gained} of at most {most}");
        prop_assert!(before <= i128::from(curve.reserve_atoms), "nobody owns more than the reserve");
    }

    #[test]
    fn a_downward_step_never_raises_what_a_holding_sells_for(
        (curve, state) in market(), held in 0.0f64..=1.0, step_ppm in -6_000i32..0,
    ) {
        let moved = sync(&curve, &state, &PARAMS, &input(step_ppm), EPOCH).unwrap();
        prop_assume!(moved.reason == SyncReason::SteppedDown);
        let held_atoms = (curve.circulating_atoms as f64 * held) as u64;
        prop_assert!(worth(&moved.curve_after, held_atoms) <= worth(&curve, held_atoms));
    }

    #[test]
    fn an_absorption_gives_a_holder_what_reaches_its_holding(
        (curve, state) in market(), held in 0.0f64..1.0,
    ) {
        let moved = sync(&curve, &state, &PARAMS, &input(0), EPOCH).unwrap();
        prop_assume!(moved.reason == SyncReason::Absorbed);
        let held_atoms = (curve.circulating_atoms as f64 * held) as u64;
        let added = (moved.curve_after.virtual_atoms - curve.virtual_atoms) as f64;
        let (before, after) = (worth(&curve, held_atoms), worth(&moved.curve_after, held_atoms));
        let expected = added * reach(&curve, held_atoms);
        prop_assert!(((after - before) as f64 - expected).abs() <= slop(after as f64));
    }

    #[test]
    fn a_deposit_to_the_backing_changes_no_holdings_worth(
        (curve, _) in market(), held in 0.0f64..1.0, deposit in 0.0f64..1.0,
    ) {
        let atoms = ((curve.virtual_atoms - 1) as f64 * deposit) as u64;
        let after = curve.deposit_backing(atoms.min(curve.virtual_atoms - 1)).unwrap();
        let held_atoms = (curve.circulating_atoms as f64 * held) as u64;
        prop_assert_eq!(worth(&after, held_atoms), worth(&curve, held_atoms));
        prop_assert_eq!(after.product(), curve.product());
    }

    /// Steady use of `v` in every epoch; fake use that comes and goes as it likes. All that pays for upward steps,
    /// over any time, stays below the fake use.
    #[test]
    fn steady_and_fake_use_together_pay_less_than_the_fake_use_loses(
        steady in prop_oneof![Just(0u64), 1u64 << 20..1 << 40],
        bursts in prop::collection::vec((0u64..200, 1u64..100, 0.0f64..12.0), 1..6),
    ) {
        let unit = steady.max(1 << 30) as f64;
        let mut averages = [to_ema_scale(steady); 3];
        let half_lives = [EMA_FAST_HALF_LIFE_SECONDS, EMA_MID_HALF_LIFE_SECONDS, EMA_SLOW_HALF_LIFE_SECONDS];
        let (mut paid, mut faked) = (0u128, 0u128);
        let hours = bursts.iter().flat_map(|(wait, length, size)| {
            let fake = (unit * (size - 6.0).exp()) as u64;
            (0..*wait).map(|_| 0).chain((0..*length).map(move |_| fake))
        });
        for fake in hours.chain((0..400).map(|_| 0)) {
            for (average, half_life) in averages.iter_mut().zip(half_lives) {
                *average = ema_advance(*average, to_ema_scale(steady + fake), 1, EPOCH as u32, half_life).unwrap();
            }
            let [fast, mid, slow] = averages;
            paid += u128::from(growth_fees_atoms(steady + fake, fast, mid, slow, 1_000_000).unwrap());
            faked += u128::from(fake);
        }
        // The averages keep 31 bits, so steady use alone may look like growth of one part in 2^30.
        prop_assert!(paid <= faked * 9 / 10 + (u128::from(steady) >> 20), "{paid} paid, {faked} faked");
    }
}
