//! Laws of a market's syncs: what one leaves of the whole state, what it spends, and that none ends in an error.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    history::History,
    launch::LaunchTerms,
    market::{self, DEPTH_ATOMS_BOUNDS, MarketRules, MarketState, TradeSide, UsageSignal, VIRTUAL_ATOMS_BOUNDS},
    sync::SyncReason,
};
use proptest::prelude::*;

use common::{EPOCH, any_atoms, exact_in, exact_out, moved_market, order, synced, usual_market, valid_params};

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_sync_counts_what_it_did_and_touches_nothing_else(
        (state, mut rules) in moved_market(), net in any_atoms(), due in 0u64..1 << 50, age in 0i64..30_000,
        now in EPOCH - 1..1 << 40, is_paused: bool,
    ) {
        rules.paused_until_seconds = now + i64::from(is_paused);
        let state = MarketState { parameter_epoch: 7, ..state };
        let usage = UsageSignal { paid_net_atoms: net, reserve_due_atoms: due, rolled_at_seconds: now - age };
        let synced = match market::sync(&state, &rules, &usage, now) {
            Ok(synced) => synced,
            Err(error) => {
                prop_assert_eq!(error, CoreError::EpochNotOver);
                prop_assert!(now < EPOCH);
                return Ok(());
            }
        };
        let after = synced.state_after;
        let has_moved = after.curve != state.curve;
        prop_assert_eq!((after.dues, after.launch), (state.dues, state.launch));
        prop_assert_eq!(after.curve.circulating_atoms, state.curve.circulating_atoms);
        prop_assert_eq!(after.curve.reserve_atoms, state.curve.reserve_atoms, "nothing waits here");
        prop_assert_eq!(after.parameter_epoch, 7 + u64::from(has_moved));
        prop_assert_eq!(synced.reason == SyncReason::Paused, is_paused);
        let is_stale = age > i64::from(rules.params.usage_stale_seconds);
        prop_assert_eq!(synced.reason == SyncReason::OracleStale, is_stale && !is_paused);
        let observed = state.history.observe(&state.curve, now).unwrap();
        if is_paused || is_stale {
            // It did not look: all but the history is as it was, and the time goes on counting.
            prop_assert_eq!(after, MarketState { history: observed, ..state });
            return Ok(());
        }
        prop_assert_eq!(after.history, History { supply_atom_seconds: 0, ..observed });
        prop_assert_eq!(after.backing.expected_atoms, due);
        prop_assert_eq!(after.sync.synced_at_seconds, now);
        let stepped = [SyncReason::SteppedUp, SyncReason::SteppedDown].contains(&synced.reason);
        prop_assert_eq!(after.curve.depth_atoms != state.curve.depth_atoms, stepped);
        prop_assert_eq!(synced.step_ppm != 0, stepped);
        prop_assert!(has_moved || synced.reason != SyncReason::Absorbed);
    }

    #[test]
    fn no_valid_parameters_and_no_figures_end_a_sync_in_an_error(
        params in valid_params(), depth in DEPTH_ATOMS_BOUNDS, small in 0u32..27, virtual_atoms in VIRTUAL_ATOMS_BOUNDS,
        smaller in 0u32..40, acts in prop::collection::vec((0u8..4, 0.0f64..1.0, any_atoms(), any_atoms(), 0i64..4), 1..40),
    ) {
        let depth = (depth >> small).max(*DEPTH_ATOMS_BOUNDS.start());
        let virtual_atoms = (virtual_atoms >> smaller).max(*VIRTUAL_ATOMS_BOUNDS.start());
        let rules = MarketRules::new(&params, &LaunchTerms::default(), depth, 0);
        let mut state = market::open(&rules, virtual_atoms, 0).unwrap();
        let mut now = 0;
        for (act, part, net, due, epochs) in acts {
            let tokens = state.curve.token_atoms().unwrap();
            let traded = match act {
                // Up to nine in ten of what is left, as far as a quote token of 2^60 atoms reaches.
                0 => market::trade(&state, &rules, &order(TradeSide::Buy, exact_out((tokens as f64 * part * 0.9) as u64)), now),
                1 => market::trade(&state, &rules, &order(TradeSide::Sell, exact_in((state.curve.circulating_atoms as f64 * part) as u64)), now),
                _ => Err(CoreError::AmountZero),
            };
            if let Ok(trade) = traded && trade.state_after.curve.reserve_atoms < 1 << 60 {
                state = trade.state_after;
            }
            if act == 2 {
                let gift = (state.curve.reserve_atoms as f64 * part) as u64;
                state = market::deposit(&state, &rules, gift, 0, 0).unwrap().state_after;
            }
            now += (1 + epochs) * i64::from(params.epoch_seconds);
            let usage = UsageSignal { paid_net_atoms: net, reserve_due_atoms: due, rolled_at_seconds: now };
            let synced = market::sync(&state, &rules, &usage, now);
            prop_assert!(synced.is_ok(), "{synced:?} of {state:?}");
            state = synced.unwrap().state_after;
        }
    }
}

#[test]
fn figures_of_a_later_time_and_a_second_sync_of_an_epoch_are_refused() {
    let (state, rules) = usual_market(1 << 40, 0.5);
    let usage = |rolled_at_seconds| UsageSignal { paid_net_atoms: 1 << 30, reserve_due_atoms: 0, rolled_at_seconds };
    assert_eq!(market::sync(&state, &rules, &usage(EPOCH + 1), EPOCH), Err(CoreError::ClockWentBack));
    assert_eq!(market::sync(&state, &rules, &usage(0), EPOCH - 1), Err(CoreError::EpochNotOver));
    let first = market::sync(&state, &rules, &usage(EPOCH), EPOCH).unwrap().state_after;
    assert_eq!(market::sync(&first, &rules, &usage(EPOCH), 2 * EPOCH - 1), Err(CoreError::EpochNotOver));
    let last = MarketState { parameter_epoch: u64::MAX, ..state };
    assert_eq!(market::sync(&last, &rules, &usage(EPOCH), EPOCH), Err(CoreError::Overflow));
}

#[test]
fn what_paid_for_a_step_pays_for_no_other() {
    let (state, rules) = usual_market(1 << 40, 0.5);
    // A rise that pays for less than one largest step.
    let first = synced(&state, &rules, 1 << 28, EPOCH);
    assert_eq!((first.reason, first.state_after.parameter_epoch), (SyncReason::SteppedUp, 1));
    let spent = first.state_after.sync.standing_net_atoms;
    assert!(spent <= 1 << 28 && spent > (1 << 28) / 100 * 99, "{spent}");
    let second = synced(&first.state_after, &rules, 1 << 28, 2 * EPOCH);
    assert!([SyncReason::NetTooSmall, SyncReason::SteppedUp].contains(&second.reason));
    assert!(second.state_after.sync.standing_net_atoms <= 1 << 28, "both together cost no more than was paid");
    // Steady use saves nothing up.
    let steady = synced(&second.state_after, &rules, second.state_after.sync.settled_net_atoms, 3 * EPOCH);
    assert_eq!(steady.reason, SyncReason::Unchanged);
}

#[test]
fn what_arrives_while_nothing_may_move_is_kept() {
    let (state, rules) = usual_market(1 << 40, 0.5);
    let old = UsageSignal { paid_net_atoms: 1 << 28, reserve_due_atoms: 0, rolled_at_seconds: 0 };
    let stale = market::sync(&state, &rules, &old, 7 * EPOCH).unwrap();
    assert_eq!((stale.reason, stale.state_after.sync), (SyncReason::OracleStale, state.sync));
    let later = synced(&stale.state_after, &rules, 1 << 28, 7 * EPOCH + 1);
    assert_eq!(later.reason, SyncReason::SteppedUp, "no epoch has to pass after a sync that did not look");
}
