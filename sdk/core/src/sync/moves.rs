//! The move itself: bounds on the step, then the new depth and virtual reserve.

use crate::{
    CoreError, Result,
    bps::{PPM_DENOMINATOR, ppm_floor},
    curve::Curve,
    market::MarketParams,
    math::{mul_div_ceil, mul_div_floor, wide_mul},
    sync::{DriftBudget, HighWater},
    window::{end_seconds, is_open},
};

/// What sync remembers between epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncState {
    /// High-water mark of the circulating supply; also written by every trade.
    pub high_water: HighWater,
    /// Steps of the last 24 hours.
    pub drift: DriftBudget,
    /// When the curve last moved. A sync that moves nothing leaves it.
    pub synced_at_seconds: i64,
}

impl SyncState {
    /// State of a market that opens now: its first sync may come one epoch later.
    pub const fn new(now_seconds: i64) -> Self {
        Self {
            high_water: HighWater::new(now_seconds),
            drift: DriftBudget::new(now_seconds),
            synced_at_seconds: now_seconds,
        }
    }
}

/// What the oracle says, the market's launch depth and whether it is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncInput {
    /// Signed step from [`crate::sync::signal_step_ppm`]; anything beyond `step_max` is cut.
    pub step_ppm: i32,
    /// Whether the market is paused.
    pub is_paused: bool,
    /// Whether the oracle's figures are too old to act on.
    pub is_stale: bool,
    /// What usage pays for an upward step, in quote atoms: the growing part, see
    /// [`crate::sync::growth_fees_atoms`], of the non-recoverable usage fees since the curve last moved.
    pub lost_usage_fees_atoms: u64,
    /// `Y0`: the depth at launch, token atoms.
    pub launch_depth_atoms: u64,
}

/// Why a sync did what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SyncReason {
    /// Use grew: less depth, higher premium.
    SteppedUp = 0,
    /// Use shrank: more depth, lower premium.
    SteppedDown = 1,
    /// No signal: reserve fees were worked into the price.
    Absorbed = 2,
    /// No signal, and nothing to absorb.
    Unchanged = 3,
    /// The oracle's figures are too old.
    OracleStale = 4,
    /// Too few tokens circulate.
    CirculatingTooSmall = 5,
    /// The premium is at its bound.
    PremiumAtBound = 6,
    /// The steps of the last 24 hours leave no room.
    DriftExhausted = 7,
    /// The usage fees do not pay for an upward step.
    UsageFeesTooSmall = 8,
    /// The amounts are so small that the move rounds away.
    MoveTooSmall = 9,
    /// The market is paused.
    Paused = 10,
}

impl SyncReason {
    /// Whether the curve moved.
    pub const fn moved(self) -> bool {
        matches!(self, Self::SteppedUp | Self::SteppedDown | Self::Absorbed)
    }
}

/// A sync, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncMove {
    /// The curve afterwards; the same when nothing moved.
    pub curve_after: Curve,
    /// What sync remembers afterwards.
    pub state_after: SyncState,
    /// The signed step that was made, in parts per million; for an absorption its size.
    pub step_applied_ppm: i32,
    /// Why.
    pub reason: SyncReason,
}

/// Moves the curve by at most one step. Fails with `EpochNotOver` within an epoch of the last move; every other
/// reason not to move is reported in [`SyncMove::reason`] and leaves the curve as it is.
pub fn sync(
    curve: &Curve,
    state: &SyncState,
    params: &MarketParams,
    input: &SyncInput,
    now_seconds: i64,
) -> Result<SyncMove> {
    let next_sync_seconds = end_seconds(state.synced_at_seconds, params.epoch_seconds)?;
    if is_open(now_seconds, next_sync_seconds) {
        return Err(CoreError::EpochNotOver);
    }
    let state = SyncState {
        high_water: state.high_water.decay(
            curve.circulating_atoms,
            now_seconds,
            params.epoch_seconds,
            params.high_water_half_life_seconds,
        )?,
        drift: state.drift.drain(now_seconds, params)?,
        ..*state
    };
    match choose_move(curve, &state, params, input)? {
        Choice::Stay(reason) => Ok(SyncMove { curve_after: *curve, state_after: state, step_applied_ppm: 0, reason }),
        Choice::Move(curve_after, step_applied_ppm, reason) => {
            curve_after.invariant()?;
            let drift = state.drift.spend(step_applied_ppm)?;
            let state_after = SyncState { drift, synced_at_seconds: now_seconds, ..state };
            Ok(SyncMove { curve_after, state_after, step_applied_ppm, reason })
        }
    }
}

enum Choice {
    Stay(SyncReason),
    Move(Curve, i32, SyncReason),
}

fn choose_move(curve: &Curve, state: &SyncState, params: &MarketParams, input: &SyncInput) -> Result<Choice> {
    if input.is_paused {
        return Ok(Choice::Stay(SyncReason::Paused));
    }
    if input.is_stale {
        return Ok(Choice::Stay(SyncReason::OracleStale));
    }
    let min_circulating_atoms = ppm_floor(input.launch_depth_atoms, params.circulating_min_ppm)?;
    if curve.circulating_atoms == 0 || curve.circulating_atoms < min_circulating_atoms {
        return Ok(Choice::Stay(SyncReason::CirculatingTooSmall));
    }
    let size_ppm = input.step_ppm.unsigned_abs().min(params.step_max_ppm);
    if input.step_ppm > 0 {
        step_up(curve, state, params, input, size_ppm)
    } else if input.step_ppm < 0 {
        step_down(curve, state, params, size_ppm)
    } else {
        absorb(curve, state, params)
    }
}

fn step_up(
    curve: &Curve,
    state: &SyncState,
    params: &MarketParams,
    input: &SyncInput,
    size_ppm: u32,
) -> Result<Choice> {
    let left_ppm = state.drift.up_left_ppm(params);
    if left_ppm == 0 {
        return Ok(Choice::Stay(SyncReason::DriftExhausted));
    }
    // Rule: step * R is at most the usage fees that nobody gets back. Rounds down, against the step.
    let paid_ppm = match curve.reserve_atoms {
        0 => 0,
        reserve_atoms => {
            let fees_atoms = input.lost_usage_fees_atoms.min(reserve_atoms);
            mul_div_floor(fees_atoms, PPM_DENOMINATOR, reserve_atoms)?
        }
    };
    if paid_ppm == 0 {
        return Ok(Choice::Stay(SyncReason::UsageFeesTooSmall));
    }
    let step_ppm = u64::from(size_ppm.min(left_ppm)).min(paid_ppm);
    let high_atoms = state.high_water.atoms();
    let room_atoms = curve.depth_atoms.saturating_sub(high_atoms);
    // Premium at C_hi at most the bound: Y' - C_hi >= C_hi / (premium_max - 1). Rounds up, against the step.
    let premium_ppm = u64::from(params.premium_max_ppm).checked_sub(PPM_DENOMINATOR);
    let floor_atoms = mul_div_ceil(high_atoms, PPM_DENOMINATOR, premium_ppm.ok_or(CoreError::SyncParamsInvalid)?)?;
    let allowed_atoms = room_atoms.saturating_sub(floor_atoms);
    if allowed_atoms == 0 {
        return Ok(Choice::Stay(SyncReason::PremiumAtBound));
    }
    // Less depth by s / (1 + s) of the room. Rounds down, against the step.
    let cut_atoms = mul_div_floor(room_atoms, step_ppm, PPM_DENOMINATOR + step_ppm)?.min(allowed_atoms);
    let depth_atoms = curve.depth_atoms.checked_sub(cut_atoms).ok_or(CoreError::Overflow)?;
    let virtual_atoms = boundary_virtual_atoms(curve, depth_atoms)?.min(curve.virtual_atoms);
    let next = Curve { depth_atoms, virtual_atoms, ..*curve };
    // The boundary rounds down by less than an atom, which is more than the step where the quote side is a few atoms.
    // No other move can turn around: a downward one adds `Y / y` times more to the tokens than to the quote.
    if price_falls(curve, &next)? {
        return Ok(Choice::Stay(SyncReason::MoveTooSmall));
    }
    finish(curve, next, step_ppm, SyncReason::SteppedUp)
}

fn step_down(curve: &Curve, state: &SyncState, params: &MarketParams, size_ppm: u32) -> Result<Choice> {
    let left_ppm = state.drift.down_left_ppm(params);
    if left_ppm == 0 {
        return Ok(Choice::Stay(SyncReason::DriftExhausted));
    }
    let step_ppm = u64::from(size_ppm.min(left_ppm));
    let high_atoms = state.high_water.atoms();
    let room_atoms = curve.depth_atoms.saturating_sub(high_atoms);
    // Premium at C_hi at least the bound: Y' - C_hi <= C_hi / (premium_min - 1). Rounds down, against the step.
    let premium_ppm = u64::from(params.premium_min_ppm).checked_sub(PPM_DENOMINATOR);
    let ceiling_atoms = mul_div_floor(high_atoms, PPM_DENOMINATOR, premium_ppm.ok_or(CoreError::SyncParamsInvalid)?)?;
    let allowed_atoms = ceiling_atoms.saturating_sub(room_atoms);
    if allowed_atoms == 0 {
        return Ok(Choice::Stay(SyncReason::PremiumAtBound));
    }
    // More depth by s of the room. Rounds down, against the step.
    let added_atoms = mul_div_floor(room_atoms, step_ppm, PPM_DENOMINATOR)?.min(allowed_atoms);
    let depth_atoms = curve.depth_atoms.checked_add(added_atoms).ok_or(CoreError::Overflow)?;
    // The quote side grows like the depth. (S) is `A <= R * Y / C`, so what kept it still does: what is on the
    // boundary stays there, and slack stays slack. Rounds down, for solvency.
    let quote_atoms = mul_div_floor(curve.quote_atoms()?, depth_atoms, curve.depth_atoms)?;
    let virtual_atoms = quote_atoms.checked_sub(curve.reserve_atoms).ok_or(CoreError::Overflow)?;
    finish(curve, Curve { depth_atoms, virtual_atoms, ..*curve }, step_ppm, SyncReason::SteppedDown)
}

/// Works reserve fees into the price when there is no signal; counts against the upward drift.
fn absorb(curve: &Curve, state: &SyncState, params: &MarketParams) -> Result<Choice> {
    let size_ppm = params.absorb_max_ppm.min(state.drift.up_left_ppm(params));
    let quote_atoms = curve.quote_atoms()?;
    let most_atoms = curve.virtual_atoms.checked_add(ppm_floor(quote_atoms, size_ppm)?).ok_or(CoreError::Overflow)?;
    let virtual_atoms = boundary_virtual_atoms(curve, curve.depth_atoms)?.min(most_atoms);
    let added_atoms = virtual_atoms.saturating_sub(curve.virtual_atoms);
    if added_atoms == 0 {
        return Ok(Choice::Stay(SyncReason::Unchanged));
    }
    // What it moved the price by. Rounds up, against the next step.
    let step_ppm = mul_div_ceil(added_atoms, PPM_DENOMINATOR, quote_atoms)?;
    finish(curve, Curve { virtual_atoms, ..*curve }, step_ppm, SyncReason::Absorbed)
}

/// `floor(R * (Y' - C) / C)`: the most virtual quote that (S) allows at that depth. Rounds down, for solvency.
/// What does not fit 64 bits is no bound, because the other bound always fits.
fn boundary_virtual_atoms(curve: &Curve, depth_atoms: u64) -> Result<u64> {
    let token_atoms = match depth_atoms.checked_sub(curve.circulating_atoms) {
        None | Some(0) => return Err(CoreError::CurveEmpty),
        Some(token_atoms) => token_atoms,
    };
    match mul_div_floor(curve.reserve_atoms, token_atoms, curve.circulating_atoms) {
        Err(CoreError::Overflow) => Ok(u64::MAX),
        bounded => bounded,
    }
}

/// `p' < p` as cross products.
fn price_falls(curve: &Curve, next: &Curve) -> Result<bool> {
    let moved = wide_mul(next.quote_atoms()?, curve.token_atoms()?);
    let stood = wide_mul(curve.quote_atoms()?, next.token_atoms()?);
    Ok(moved < stood)
}

/// Refuses a move that rounds away, or that leaves no virtual quote to open the curve again once all tokens are sold.
fn finish(curve: &Curve, next: Curve, step_ppm: u64, reason: SyncReason) -> Result<Choice> {
    if next == *curve || next.virtual_atoms == 0 {
        return Ok(Choice::Stay(SyncReason::MoveTooSmall));
    }
    let size = i32::try_from(step_ppm).map_err(|_| CoreError::Overflow)?;
    let step_applied_ppm = if matches!(reason, SyncReason::SteppedDown) { -size } else { size };
    Ok(Choice::Move(next, step_applied_ppm, reason))
}
