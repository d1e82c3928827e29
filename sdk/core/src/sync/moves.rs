//! The move itself: absorption, then a step of the depth that the net pays for.

use crate::{
    CoreError, Result,
    backing::{Backing, above_one_ppm},
    bps::{PPM_DENOMINATOR, ppm_floor},
    curve::Curve,
    market::MarketParams,
    math::{mul_div_ceil, mul_div_floor, saturated, wide_mul},
    sync::{DriftBudget, StepPricing, Supply},
    window::{elapsed_seconds, end_seconds, is_open},
};

/// What sync remembers between epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncState {
    /// How many tokens circulated lately; also written by every trade.
    pub supply: Supply,
    /// Steps of the last 24 hours.
    pub drift: DriftBudget,
    /// The paid net up to which rises and falls are settled, quote atoms.
    pub settled_net_atoms: u64,
    /// `n`: what rises have paid for the depth that is gone, less what falls have given back; quote atoms.
    pub standing_net_atoms: u64,
    /// When the market last looked, or opened, unix seconds.
    pub synced_at_seconds: i64,
}

impl SyncState {
    /// State of a market that opens now: its first sync may come one epoch later.
    pub const fn new(now_seconds: i64) -> Self {
        Self {
            supply: Supply::new(now_seconds),
            drift: DriftBudget::new(now_seconds),
            settled_net_atoms: 0,
            standing_net_atoms: 0,
            synced_at_seconds: now_seconds,
        }
    }
}

/// What the oracle says, what the market's history says, and whether anything may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncInput {
    /// `N`: the paid net of the model, quote atoms.
    pub paid_net_atoms: u64,
    /// The reserve's part of usage fees that was not paid in yet, quote atoms.
    pub reserve_due_atoms: u64,
    /// Integral of the supply since the last sync, token atoms times seconds.
    pub supply_atom_seconds: u128,
    /// Depth at the opening, token atoms; falls never go above it.
    pub depth_opening_atoms: u64,
    /// Whether the market is paused.
    pub is_paused: bool,
    /// Whether the oracle's figures are too old to act on.
    pub is_stale: bool,
}

/// Why a sync made a step, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SyncReason {
    /// Paid use grew: less depth, higher premium.
    SteppedUp = 0,
    /// Paid use shrank: more depth, lower premium.
    SteppedDown = 1,
    /// Use neither grew nor shrank; reserve fees were worked into the price.
    Absorbed = 2,
    /// Use neither grew nor shrank, and nothing to absorb.
    Unchanged = 3,
    /// The oracle's figures are too old.
    OracleStale = 4,
    /// Too few tokens circulate for a step.
    CirculatingTooSmall = 5,
    /// The premium is at its bound.
    PremiumAtBound = 6,
    /// The steps of the last 24 hours leave no room.
    DriftExhausted = 7,
    /// What grew or shrank does not pay for a step yet.
    NetTooSmall = 8,
    /// The amounts are so small that the step rounds away.
    MoveTooSmall = 9,
    /// The market is paused.
    Paused = 10,
    /// Use shrank, but nothing stands that it paid for.
    AtRest = 11,
}

/// A sync, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncMove {
    /// The curve afterwards; the same when nothing moved.
    pub curve_after: Curve,
    /// What backs it afterwards.
    pub backing_after: Backing,
    /// What sync remembers afterwards.
    pub state_after: SyncState,
    /// What the step took of the day's drift, signed, in parts per million.
    pub step_ppm: i32,
    /// Virtual quote that absorption added, quote atoms.
    pub absorbed_atoms: u64,
    /// Why there was a step, or none.
    pub reason: SyncReason,
    /// Whether the market looked: the integral of the supply begins anew.
    pub has_looked: bool,
}

/// Absorbs and makes at most one step. Fails with `EpochNotOver` within an epoch of the last sync. A pause and figures that
/// are too old leave everything as it is; every other reason for no step is reported in [`SyncMove::reason`].
pub fn sync(
    curve: &Curve,
    backing: &Backing,
    state: &SyncState,
    params: &MarketParams,
    input: &SyncInput,
    now_seconds: i64,
) -> Result<SyncMove> {
    if is_open(now_seconds, end_seconds(state.synced_at_seconds, params.epoch_seconds)?) {
        return Err(CoreError::EpochNotOver);
    }
    if input.is_paused || input.is_stale {
        let reason = if input.is_paused { SyncReason::Paused } else { SyncReason::OracleStale };
        return Ok(SyncMove {
            curve_after: *curve,
            backing_after: *backing,
            state_after: *state,
            step_ppm: 0,
            absorbed_atoms: 0,
            reason,
            has_looked: false,
        });
    }
    let elapsed = elapsed_seconds(state.synced_at_seconds, now_seconds)?;
    let supply = state.supply.average(curve, input.supply_atom_seconds, elapsed, now_seconds, params)?;
    let state =
        SyncState { supply, drift: state.drift.drain(now_seconds, params)?, synced_at_seconds: now_seconds, ..*state };
    let (taken_in, waiting_atoms) = curve.deposit_backing(backing.waiting_atoms)?;
    let backing = Backing { waiting_atoms, expected_atoms: input.reserve_due_atoms, ..*backing };
    let absorbed = absorb(&taken_in, &backing, params)?;
    let absorbed_atoms = absorbed.virtual_atoms.saturating_sub(taken_in.virtual_atoms);
    let step = Stepper { curve: &absorbed, state: &state, params, input, backing: &backing }.step()?;
    let reason = match step.reason {
        SyncReason::Unchanged if absorbed_atoms > 0 => SyncReason::Absorbed,
        reason => reason,
    };
    let has_stepped = step.curve.depth_atoms != curve.depth_atoms;
    let backing_after =
        if has_stepped { backing.with_depth(step.curve.depth_atoms, params.premium_min_ppm)? } else { backing };
    Ok(SyncMove {
        curve_after: step.curve,
        backing_after,
        state_after: step.state,
        step_ppm: step.step_ppm,
        absorbed_atoms,
        reason,
        has_looked: true,
    })
}

/// Works what lies in the reserve into the price: `V' = max(V, min(V + floor(A k), B))`, as far as `R + V'` fits 64 bits.
/// Rounds down, for solvency.
fn absorb(curve: &Curve, backing: &Backing, params: &MarketParams) -> Result<Curve> {
    let added_atoms = ppm_floor(curve.quote_atoms()?, params.absorb_max_ppm)?;
    let most_atoms = curve.virtual_atoms.saturating_add(added_atoms).min(u64::MAX - curve.reserve_atoms);
    let virtual_atoms = backing.boundary_atoms(curve)?.min(most_atoms).max(curve.virtual_atoms);
    Ok(Curve { virtual_atoms, ..*curve })
}

/// What decides about one step, after absorption.
struct Stepper<'a> {
    curve: &'a Curve,
    backing: &'a Backing,
    state: &'a SyncState,
    params: &'a MarketParams,
    input: &'a SyncInput,
}

/// The outcome of a step.
struct Step {
    curve: Curve,
    state: SyncState,
    step_ppm: i32,
    reason: SyncReason,
}

/// What a step works with: the room above `C_hi`, what gains are worth, and the depth that rises have taken, in atoms.
struct Scale {
    high_atoms: u64,
    room_atoms: u64,
    taken_atoms: u64,
    pricing: StepPricing,
    /// Gain of the largest step up, quote atoms.
    largest_gain_atoms: u64,
}

/// A change of depth and what of the net it spends, token and quote atoms.
struct Priced {
    change_atoms: u64,
    gain_atoms: u64,
}

impl Stepper<'_> {
    fn step(&self) -> Result<Step> {
        let net_atoms = self.input.paid_net_atoms;
        if self.curve.circulating_atoms <= self.backing.supply_floor_atoms {
            // A net that came before there were holders lifts nobody later.
            let state = SyncState { settled_net_atoms: net_atoms, ..*self.state };
            return Ok(self.stay(state, SyncReason::CirculatingTooSmall));
        }
        let scale = self.scale()?;
        let limit_atoms = scale.largest_gain_atoms.saturating_mul(2);
        let rise_atoms = net_atoms.saturating_sub(self.state.settled_net_atoms).min(limit_atoms);
        let fall_atoms = self.state.settled_net_atoms.saturating_sub(net_atoms);
        let forfeited_atoms = fall_atoms.saturating_sub(limit_atoms);
        let fall_atoms = fall_atoms.min(limit_atoms);
        let standing = self.state.standing_net_atoms;
        // A fall beyond the limit is no longer standing; the depth that it paid for is given back with the rest.
        let standing_net_atoms = if forfeited_atoms == 0 {
            standing
        } else {
            standing.saturating_sub(forfeited_atoms).max(standing.min(limit_atoms))
        };
        // arith-safety: a rise is at most the net.
        let settled_net_atoms = (net_atoms - rise_atoms).checked_add(fall_atoms).ok_or(CoreError::Overflow)?;
        let state = SyncState { settled_net_atoms, standing_net_atoms, ..*self.state };
        if rise_atoms > 0 {
            self.step_up(state, &scale, rise_atoms)
        } else if fall_atoms > 0 {
            self.step_down(state, &scale, fall_atoms)
        } else {
            let reason = if net_atoms == self.state.settled_net_atoms {
                SyncReason::Unchanged
            } else {
                SyncReason::MoveTooSmall
            };
            Ok(self.stay(state, reason))
        }
    }

    fn scale(&self) -> Result<Scale> {
        let (curve, supply) = (self.curve, &self.state.supply);
        let high_atoms = supply.high_atoms(curve.circulating_atoms);
        let room_atoms = curve.depth_atoms.saturating_sub(high_atoms);
        let pricing = StepPricing::new(curve, supply.pricing_atoms(curve.circulating_atoms, curve.depth_atoms))?;
        let largest_atoms = cut_atoms(room_atoms, self.params.step_max_ppm)?;
        let largest_gain_atoms = match largest_atoms {
            0 => 0,
            cut => pricing.gain_atoms(curve.depth_atoms.saturating_sub(cut), curve.depth_atoms)?,
        };
        let taken_atoms = self.input.depth_opening_atoms.saturating_sub(curve.depth_atoms);
        Ok(Scale { high_atoms, room_atoms, taken_atoms, pricing, largest_gain_atoms })
    }

    fn step_up(&self, state: SyncState, scale: &Scale, rise_atoms: u64) -> Result<Step> {
        let (curve, params) = (self.curve, self.params);
        let size_ppm = params.step_max_ppm.min(state.drift.up_left_ppm(params));
        if size_ppm == 0 {
            return Ok(self.stay(state, SyncReason::DriftExhausted));
        }
        // Premium at C_hi at most the bound: Y' - C_hi >= C_hi / (premium_max - 1). Rounds up, against the step.
        let floor_atoms = mul_div_ceil(scale.high_atoms, PPM_DENOMINATOR, above_one_ppm(params.premium_max_ppm)?)?;
        let sized_atoms = cut_atoms(scale.room_atoms, size_ppm)?.min(scale.room_atoms.saturating_sub(floor_atoms));
        if sized_atoms == 0 {
            return Ok(self.stay(state, SyncReason::PremiumAtBound));
        }
        // At least half of the standing net per depth: else a net that is cheap while supply is away would buy depth that is
        // dear when it comes back.
        let standing = state.standing_net_atoms;
        let fair_atoms = if scale.taken_atoms > 0 && standing > scale.largest_gain_atoms {
            saturated(mul_div_floor(scale.taken_atoms.saturating_mul(2), rise_atoms, standing))?
        } else {
            u64::MAX
        };
        let asked_atoms = sized_atoms.min(fair_atoms);
        let gain = |cut: u64| scale.pricing.gain_atoms(curve.depth_atoms.saturating_sub(cut), curve.depth_atoms);
        let Some(priced) = affordable(asked_atoms, rise_atoms, gain)? else {
            return Ok(self.stay(state, SyncReason::NetTooSmall));
        };
        let is_cut_by_fairness = fair_atoms < sized_atoms && priced.change_atoms == fair_atoms;
        let spent_atoms = if is_cut_by_fairness { rise_atoms } else { priced.gain_atoms };
        let depth_atoms = curve.depth_atoms.checked_sub(priced.change_atoms).ok_or(CoreError::Overflow)?;
        let state_after = SyncState {
            settled_net_atoms: state.settled_net_atoms.checked_add(spent_atoms).ok_or(CoreError::Overflow)?,
            standing_net_atoms: standing.checked_add(spent_atoms).ok_or(CoreError::Overflow)?,
            ..state
        };
        let used_ppm = mul_div_ceil(u64::from(size_ppm), priced.change_atoms, sized_atoms)?;
        self.finish(state, state_after, depth_atoms, used_ppm, SyncReason::SteppedUp)
    }

    fn step_down(&self, state: SyncState, scale: &Scale, fall_atoms: u64) -> Result<Step> {
        let (curve, params) = (self.curve, self.params);
        let standing = state.standing_net_atoms;
        if scale.taken_atoms == 0 || standing == 0 {
            let settled_net_atoms = self.input.paid_net_atoms;
            return Ok(self.stay(SyncState { settled_net_atoms, standing_net_atoms: 0, ..state }, SyncReason::AtRest));
        }
        let size_ppm = params.step_max_ppm.min(state.drift.down_left_ppm(params));
        if size_ppm == 0 {
            return Ok(self.stay(state, SyncReason::DriftExhausted));
        }
        // Premium at C_hi at least the bound: Y' - C_hi <= C_hi / (premium_min - 1). Rounds down, against the step.
        let ceiling_atoms =
            saturated(mul_div_floor(scale.high_atoms, PPM_DENOMINATOR, above_one_ppm(params.premium_min_ppm)?))?;
        let allowed_atoms = ceiling_atoms.saturating_sub(scale.room_atoms);
        let sized_atoms = ppm_floor(scale.room_atoms, size_ppm)?.min(allowed_atoms);
        if sized_atoms == 0 {
            return Ok(self.stay(state, SyncReason::PremiumAtBound));
        }
        let given_back_atoms = mul_div_floor(scale.taken_atoms, fall_atoms.min(standing), standing)?;
        let gain = |added: u64| {
            scale
                .pricing
                .gain_atoms(curve.depth_atoms, curve.depth_atoms.checked_add(added).ok_or(CoreError::Overflow)?)
        };
        let Some(priced) = affordable(sized_atoms.min(given_back_atoms), fall_atoms, gain)? else {
            return Ok(self.stay(state, SyncReason::NetTooSmall));
        };
        let share_atoms = mul_div_ceil(standing, priced.change_atoms, scale.taken_atoms)?;
        let spent_atoms = priced.gain_atoms.max(share_atoms).min(fall_atoms);
        let depth_atoms = curve.depth_atoms.checked_add(priced.change_atoms).ok_or(CoreError::Overflow)?;
        let state_after = SyncState {
            settled_net_atoms: state.settled_net_atoms.checked_sub(spent_atoms).ok_or(CoreError::Overflow)?,
            standing_net_atoms: standing.saturating_sub(spent_atoms),
            ..state
        };
        let used_ppm = mul_div_ceil(u64::from(size_ppm), priced.change_atoms, sized_atoms)?;
        self.finish(state, state_after, depth_atoms, used_ppm, SyncReason::SteppedDown)
    }

    /// The step to this depth, unless it rounds away or leaves no virtual quote to open the curve again once all tokens are
    /// sold: then the net that would pay for it stays unspent. The quote side is scaled like the depth, as far as it fits 64
    /// bits, and rounds down, for solvency.
    fn finish(
        &self,
        stay: SyncState,
        spent: SyncState,
        depth_atoms: u64,
        used_ppm: u64,
        reason: SyncReason,
    ) -> Result<Step> {
        let curve = self.curve;
        let quote_atoms = saturated(mul_div_floor(curve.quote_atoms()?, depth_atoms, curve.depth_atoms))?;
        let virtual_atoms = quote_atoms.saturating_sub(curve.reserve_atoms);
        let next = Curve { depth_atoms, virtual_atoms, ..*curve };
        let is_up = reason == SyncReason::SteppedUp;
        if virtual_atoms == 0 || (is_up && price_falls(curve, &next)?) {
            return Ok(self.stay(stay, SyncReason::MoveTooSmall));
        }
        let size = i32::try_from(used_ppm).map_err(|_| CoreError::Overflow)?;
        let step_ppm = if is_up { size } else { -size };
        let state = SyncState { drift: spent.drift.spend(step_ppm)?, ..spent };
        Ok(Step { curve: next, state, step_ppm, reason })
    }

    fn stay(&self, state: SyncState, reason: SyncReason) -> Step {
        Step { curve: *self.curve, state, step_ppm: 0, reason }
    }
}

/// The change that `net_atoms` pay for: `asked_atoms`, or as much less as they fall short of its gain. None for nothing.
/// Rounds down, against the step.
fn affordable(asked_atoms: u64, net_atoms: u64, gain: impl Fn(u64) -> Result<u64>) -> Result<Option<Priced>> {
    if asked_atoms == 0 {
        return Ok(None);
    }
    let gain_atoms = gain(asked_atoms)?;
    if gain_atoms <= net_atoms {
        return Ok(Some(Priced { change_atoms: asked_atoms, gain_atoms }));
    }
    // Two atoms less pay for the roundings of the gain.
    let change_atoms = mul_div_floor(asked_atoms, net_atoms.saturating_sub(2), gain_atoms)?;
    let gain_atoms = gain(change_atoms)?;
    Ok((change_atoms > 0 && gain_atoms <= net_atoms).then_some(Priced { change_atoms, gain_atoms }))
}

/// `floor(room * s / (1 + s))`: less depth by a factor of `1 + s` above `C_hi`. Rounds down, against the step.
fn cut_atoms(room_atoms: u64, size_ppm: u32) -> Result<u64> {
    let size = u64::from(size_ppm);
    mul_div_floor(room_atoms, size, PPM_DENOMINATOR + size)
}

/// `p' < p` as cross products.
fn price_falls(curve: &Curve, next: &Curve) -> Result<bool> {
    let moved = wide_mul(next.quote_atoms()?, curve.token_atoms()?);
    let stood = wide_mul(curve.quote_atoms()?, next.token_atoms()?);
    Ok(moved < stood)
}
