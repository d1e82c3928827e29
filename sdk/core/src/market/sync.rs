//! What a sync does to a market.

use crate::{
    CoreError, Result,
    history::History,
    market::{MarketRules, MarketState},
    sync::{self, SyncInput, SyncReason},
    window,
};

/// The usage of a model as the oracle's last roll wrote it: figures of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSignal {
    /// The paid net, see [`crate::usage::paid_net_atoms`], in quote atoms.
    pub paid_net_atoms: u64,
    /// The reserve's part of usage fees that was not paid into the market yet, in quote atoms.
    pub reserve_due_atoms: u64,
    /// When the figures were last brought up to date, unix seconds.
    pub rolled_at_seconds: i64,
}

/// A sync, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// What the step took of the day's drift, signed, in parts per million.
    pub step_ppm: i32,
    /// Virtual quote that absorption added, in quote atoms.
    pub absorbed_atoms: u64,
    /// Why there was a step, or none.
    pub reason: SyncReason,
    /// The market afterwards.
    pub state_after: MarketState,
}

/// What a sync at this time does to the market. Fails with `EpochNotOver` within an epoch of the last one; every other
/// reason for no step is reported in [`Synced::reason`]. A curve that moved makes a new parameter epoch.
#[inline(always)]
pub fn sync(state: &MarketState, rules: &MarketRules, usage: &UsageSignal, now_seconds: i64) -> Result<Synced> {
    let history = state.history.observe(&state.curve, now_seconds)?;
    let usage_age_seconds = window::elapsed_seconds(usage.rolled_at_seconds, now_seconds)?;
    let input = SyncInput {
        paid_net_atoms: usage.paid_net_atoms,
        reserve_due_atoms: usage.reserve_due_atoms,
        supply_atom_seconds: history.supply_atom_seconds,
        depth_opening_atoms: rules.depth_opening_atoms,
        is_paused: rules.is_paused(now_seconds),
        is_stale: usage_age_seconds > u64::from(rules.params.usage_stale_seconds),
    };
    let moved = sync::sync(&state.curve, &state.backing, &state.sync, &rules.params, &input, now_seconds)?;
    let has_moved = moved.curve_after != state.curve;
    let state_after = MarketState {
        curve: moved.curve_after,
        backing: moved.backing_after,
        history: if moved.has_looked { History { supply_atom_seconds: 0, ..history } } else { history },
        sync: moved.state_after,
        parameter_epoch: state.parameter_epoch.checked_add(u64::from(has_moved)).ok_or(CoreError::Overflow)?,
        ..*state
    };
    state_after.invariant()?;
    let (step_ppm, absorbed_atoms, reason) = (moved.step_ppm, moved.absorbed_atoms, moved.reason);
    Ok(Synced { step_ppm, absorbed_atoms, reason, state_after })
}
