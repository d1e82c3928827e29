//! Laws of the market as a whole: what a sync leaves, and what pays for it.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::TRADE_FEES_DEFAULT,
    market::{self, MarketParams, MarketState, UsageSignal},
    sync::SyncReason,
};
use proptest::prelude::*;

use common::{market, market_of, trade_fees};

const EPOCH: i64 = 3_600;

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_sync_counts_what_it_did_and_touches_nothing_else(
        (curve, sync) in market(), fees in trade_fees(), emas in (0u64..1 << 40, 0u64..1 << 40, 0u64..1 << 40),
        (seen, fresh) in (0u64..1 << 50, 0u64..1 << 50), age in 0i64..30_000, now in EPOCH - 1..1 << 40, is_paused: bool,
    ) {
        let (state, mut rules) = market_of(curve, &fees);
        rules.params.step_max_ppm = MarketParams::largest_step_ppm(&fees).unwrap();
        rules.paused_until_seconds = now + i64::from(is_paused);
        let state = MarketState { sync, usage_fees_seen_atoms: seen, parameter_epoch: 7, ..state };
        let usage = UsageSignal {
            non_recoverable_fees_total: seen + fresh,
            ema_fast: emas.0,
            ema_mid: emas.1,
            ema_slow: emas.2,
            quality_ppm: 1_000_000,
            rolled_at_seconds: now - age,
        };
        let synced = match market::sync(&state, &rules, &usage, now) {
            Ok(synced) => synced,
            Err(error) => {
                prop_assert_eq!(error, CoreError::EpochNotOver);
                prop_assert!(now < EPOCH);
                return Ok(());
            }
        };
        let (after, moved) = (synced.state_after, synced.reason.moved());
        prop_assert_eq!((after.dues, after.launch), (state.dues, state.launch));
        prop_assert_eq!(after.parameter_epoch, 7 + u64::from(moved));
        let has_seen = moved || synced.reason == SyncReason::Unchanged;
        prop_assert_eq!(after.usage_fees_seen_atoms, if has_seen { seen + fresh } else { seen });
        prop_assert_eq!(after.curve != state.curve, moved);
        prop_assert_eq!(after.sync.synced_at_seconds, if moved { now } else { state.sync.synced_at_seconds });
        prop_assert_eq!(synced.reason == SyncReason::Paused, is_paused);
        let is_stale = age > i64::from(rules.params.usage_stale_seconds);
        prop_assert_eq!(synced.reason == SyncReason::OracleStale, is_stale && !is_paused);
        // A step up costs at most what came since the last move.
        if synced.reason == SyncReason::SteppedUp {
            let worth = u128::from(synced.step_applied_ppm.unsigned_abs()) * u128::from(curve.reserve_atoms);
            prop_assert!(worth <= u128::from(fresh) * 1_000_000);
        }
    }
}

#[test]
fn what_paid_for_a_step_pays_for_no_other() {
    let curve =
        Curve { reserve_atoms: 1 << 40, circulating_atoms: 1 << 40, depth_atoms: 2 << 40, virtual_atoms: 1 << 40 };
    let (state, rules) = market_of(curve, &TRADE_FEES_DEFAULT);
    let usage = |total, fast, now| UsageSignal {
        non_recoverable_fees_total: total,
        ema_fast: fast,
        ema_mid: fast,
        ema_slow: 1_000,
        quality_ppm: 1_000_000,
        rolled_at_seconds: now,
    };
    let sync = |state: &MarketState, usage: &UsageSignal, now| market::sync(state, &rules, usage, now).unwrap();
    let paid = 1 << 34;
    let first = sync(&state, &usage(paid, 3_000, EPOCH), EPOCH);
    assert_eq!((first.reason, first.state_after.parameter_epoch), (SyncReason::SteppedUp, 1));
    let second = sync(&first.state_after, &usage(paid, 3_000, 2 * EPOCH), 2 * EPOCH);
    assert_eq!((second.reason, second.state_after.parameter_epoch), (SyncReason::UsageFeesTooSmall, 1));
    assert_eq!(second.state_after.usage_fees_seen_atoms, paid);
    // Steady use saves nothing up: what was seen at a neutral signal is spent.
    let steady = sync(&state, &usage(paid, 1_000, EPOCH), EPOCH);
    assert_eq!((steady.reason, steady.state_after.usage_fees_seen_atoms), (SyncReason::Unchanged, paid));
    // What arrives while nothing may move is kept.
    let old = sync(&state, &usage(paid, 3_000, 0), 7 * EPOCH);
    assert_eq!((old.reason, old.state_after.usage_fees_seen_atoms), (SyncReason::OracleStale, 0));
    let future = market::sync(&state, &rules, &usage(paid, 3_000, EPOCH + 1), EPOCH);
    assert_eq!(future, Err(CoreError::ClockWentBack), "figures of a later time");
    assert_eq!(market::sync(&state, &rules, &usage(paid, 3_000, 0), EPOCH - 1), Err(CoreError::EpochNotOver));
    let last = MarketState { parameter_epoch: u64::MAX, ..state };
    assert_eq!(market::sync(&last, &rules, &usage(paid, 3_000, EPOCH), EPOCH), Err(CoreError::Overflow));
}
