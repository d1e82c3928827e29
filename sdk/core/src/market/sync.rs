//! What a sync does to a market.

use crate::{
    CoreError, Result,
    market::{MarketRules, MarketState},
    sync::{self, SyncInput, SyncReason, growth_fees_atoms, signal_step_ppm},
    window,
};

/// The usage of a model as the oracle counts it. Averages share one unit, so their ratios have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSignal {
    /// The part of all finalised fees that nobody can get back, in quote atoms, since the service opened.
    pub non_recoverable_fees_total: u64,
    /// Paid usage averaged over about a day.
    pub ema_fast: u64,
    /// Paid usage averaged over about three days.
    pub ema_mid: u64,
    /// Paid usage averaged over about a week.
    pub ema_slow: u64,
    /// Quality factor, 1,000,000 is neutral.
    pub quality_ppm: u32,
    /// When the averages were last brought up to date, unix seconds.
    pub rolled_at_seconds: i64,
}

/// A sync, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// The signed step that was made, in parts per million; for an absorption its size.
    pub step_applied_ppm: i32,
    /// Why.
    pub reason: SyncReason,
    /// The market afterwards.
    pub state_after: MarketState,
}

/// What a sync at this time does to the market. Fails with `EpochNotOver` within an epoch of the last move; every other
/// reason not to move is reported in [`Synced::reason`].
#[inline(always)]
pub fn sync(state: &MarketState, rules: &MarketRules, usage: &UsageSignal, now_seconds: i64) -> Result<Synced> {
    let input = read_signal(state, rules, usage, now_seconds)?;
    move_curve(state, rules, &input, usage.non_recoverable_fees_total, now_seconds)
}

/// What the oracle's figures mean for the market at this time: direction and size, what pays for a step up, and whether
/// anything may move.
#[inline(always)]
pub fn read_signal(
    state: &MarketState,
    rules: &MarketRules,
    usage: &UsageSignal,
    now_seconds: i64,
) -> Result<SyncInput> {
    let (fast, mid, slow, quality) = (usage.ema_fast, usage.ema_mid, usage.ema_slow, usage.quality_ppm);
    let lost_atoms = usage.non_recoverable_fees_total.saturating_sub(state.usage_fees_seen_atoms);
    Ok(SyncInput {
        step_ppm: signal_step_ppm(fast, mid, slow, quality, &rules.params)?,
        is_paused: rules.is_paused(now_seconds),
        is_stale: window::elapsed_seconds(usage.rolled_at_seconds, now_seconds)?
            > u64::from(rules.params.usage_stale_seconds),
        lost_usage_fees_atoms: growth_fees_atoms(lost_atoms, fast, mid, slow, quality)?,
        launch_depth_atoms: rules.depth_opening_atoms,
    })
}

/// Moves the curve by `input` and counts: a move makes a new parameter epoch, and what usage had paid until then, up to
/// `fees_total_atoms`, pays for no later step. So it does when the signal is neutral and nothing moves; steady use saves
/// up nothing.
#[inline(always)]
pub fn move_curve(
    state: &MarketState,
    rules: &MarketRules,
    input: &SyncInput,
    fees_total_atoms: u64,
    now_seconds: i64,
) -> Result<Synced> {
    let step = sync::sync(&state.curve, &state.sync, &rules.params, input, now_seconds)?;
    let has_moved = step.reason.moved();
    let has_seen = has_moved || step.reason == SyncReason::Unchanged;
    let epochs = state.parameter_epoch.checked_add(u64::from(has_moved)).ok_or(CoreError::Overflow)?;
    let state_after = MarketState {
        curve: step.curve_after,
        sync: step.state_after,
        parameter_epoch: epochs,
        usage_fees_seen_atoms: if has_seen { fees_total_atoms } else { state.usage_fees_seen_atoms },
        ..*state
    };
    state_after.invariant()?;
    Ok(Synced { step_applied_ppm: step.step_applied_ppm, reason: step.reason, state_after })
}
