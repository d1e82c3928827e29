//! A market as the exchange keeps it: curve, high-water mark, drift, clock. Moves only through the library, except
//! where a naive rule is put in as a negative control.

use modchains_core::curve::Curve;
use modchains_core::fees::{TRADE_FEES_DEFAULT, TradeFees};
use modchains_core::math::mul_div_floor;
use modchains_core::sync::{HighWater, SyncInput, SyncParams, SyncReason, SyncState, sync};
use modchains_core::trade::{Buy, Sell, buy_exact_in, buy_exact_out, sell_exact_in};

use super::terms::{params_for, random_fees};
use modchains_test_seed::Random;

/// Which rule governs the market. All but the first are negative controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The library as it is.
    Sound,
    /// Step limit relative to the present `C` instead of `C_hi`.
    LimitFromPresentSupply,
    /// Step bound from the whole trade fee instead of the part that nobody gets back.
    BoundFromWholeFee,
    /// Step bound that covers one sync per round trip instead of two.
    BoundForOneSync,
    /// Slack absorbed through `V` up to the step, instead of up to the protocol's leg.
    AbsorbUpToStep,
    /// An upward step that fills `V` up to the price `p * (1 + step)`, instead of never raising it.
    FillToPriceCap,
}

#[derive(Debug, Clone, Copy)]
pub struct Market {
    pub curve: Curve,
    pub state: SyncState,
    pub fees: TradeFees,
    pub params: SyncParams,
    pub launch_depth_atoms: u64,
    pub now_seconds: i64,
    pub rule: Rule,
}

impl Market {
    /// A market at launch; the seed picks fees, split, bounds, depth and first price.
    pub fn launch(seed: u64, rule: Rule) -> Self {
        let mut random = Random(seed);
        let fees = if random.chance(4) { TRADE_FEES_DEFAULT } else { random_fees(&mut random) };
        fees.validate().unwrap();
        let defaults = random.chance(4);
        let mut params = params_for(&fees, defaults);
        let lost = f64::from(fees.fee_lost_ppm().unwrap()) / 1e6;
        match rule {
            Rule::BoundFromWholeFee => {
                let whole = f64::from(fees.fee_bps) / 1e4;
                params.step_max_ppm = ((1.0 / (1.0 - whole) - 1.0) * 1e6) as u32;
            }
            Rule::BoundForOneSync => {
                params.step_max_ppm = ((1.0 / (1.0 - lost).powi(2) - 1.0) * 1e6) as u32;
            }
            Rule::AbsorbUpToStep => params.absorb_max_ppm = params.step_max_ppm,
            Rule::Sound | Rule::LimitFromPresentSupply | Rule::FillToPriceCap => {}
        }
        let launch_depth_atoms = random.log_uniform(1e12, 1e16) as u64;
        let virtual_atoms = random.log_uniform(1e8, 1e13) as u64;
        Self {
            curve: Curve::launch(launch_depth_atoms, virtual_atoms).unwrap(),
            state: SyncState::new(0),
            fees,
            params,
            launch_depth_atoms,
            now_seconds: 0,
            rule,
        }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now_seconds += seconds;
    }

    pub fn buy(&mut self, gross_atoms: u64) -> Option<Buy> {
        let buy = buy_exact_in(&self.curve, &self.fees, gross_atoms, true).ok()?;
        self.traded(buy.curve_after);
        Some(buy)
    }

    pub fn buy_tokens(&mut self, token_atoms: u64) -> Option<Buy> {
        let buy = buy_exact_out(&self.curve, &self.fees, token_atoms, true).ok()?;
        self.traded(buy.curve_after);
        Some(buy)
    }

    pub fn sell(&mut self, token_atoms: u64) -> Option<Sell> {
        let sell = sell_exact_in(&self.curve, &self.fees, token_atoms, true).ok()?;
        self.traded(sell.curve_after);
        Some(sell)
    }

    fn traded(&mut self, curve_after: Curve) {
        let (before_atoms, after_atoms) = (self.curve.circulating_atoms, curve_after.circulating_atoms);
        let epoch_seconds = self.params.epoch_seconds;
        self.state.high_water =
            self.state.high_water.record(before_atoms, after_atoms, self.now_seconds, epoch_seconds);
        self.curve = curve_after;
    }

    /// Syncs with a chosen step, taken to be paid for by usage. Says what was done, and the size of a step.
    pub fn sync(&mut self, step_ppm: i32) -> Option<(SyncReason, i32)> {
        let input = SyncInput {
            step_ppm,
            is_paused: false,
            is_stale: false,
            lost_usage_fees_atoms: u64::MAX,
            launch_depth_atoms: self.launch_depth_atoms,
        };
        let mut state = self.state;
        if self.rule == Rule::LimitFromPresentSupply {
            state.high_water =
                HighWater { mark_atoms: self.curve.circulating_atoms, ..HighWater::new(self.now_seconds) };
        }
        let mut synced = sync(&self.curve, &state, &self.params, &input, self.now_seconds).ok()?;
        if self.rule == Rule::FillToPriceCap && synced.reason == SyncReason::SteppedUp {
            synced.curve_after.virtual_atoms =
                filled_virtual_atoms(&self.curve, &synced.curve_after, synced.step_applied_ppm as u64)?;
        }
        self.curve = synced.curve_after;
        self.state = synced.state_after;
        let is_step = synced.reason != SyncReason::Absorbed;
        Some((synced.reason, if is_step { synced.step_applied_ppm } else { 0 }))
    }
}

/// `min(R * y' / C, p * (1 + step) * y' - R)`.
fn filled_virtual_atoms(before: &Curve, after: &Curve, step_ppm: u64) -> Option<u64> {
    let token_atoms = after.token_atoms().ok()?;
    let boundary = mul_div_floor(before.reserve_atoms, token_atoms, before.circulating_atoms).unwrap_or(u64::MAX);
    let quote_atoms = mul_div_floor(before.quote_atoms().ok()?, 1_000_000 + step_ppm, 1_000_000).ok()?;
    let quote_atoms = mul_div_floor(quote_atoms, token_atoms, before.token_atoms().ok()?).ok()?;
    Some(boundary.min(quote_atoms.saturating_sub(before.reserve_atoms)))
}
