//! A market as the exchange keeps it: curve, high-water mark, drift, clock. Moves only through the library, except
//! where a naive rule is put in as a negative control.

use modchains_core::{
    curve::Curve,
    fees::TRADE_FEES_DEFAULT,
    launch::LaunchTerms,
    market::{MarketRules, MarketState, Order, QuoteTerms, Trade, TradeAmount, TradeSide, move_curve, open, trade},
    math::mul_div_floor,
    sync::{HighWater, SyncInput, SyncReason},
};
use modchains_test_seed::Random;

use super::terms::{params_for, random_fees};

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
    pub state: MarketState,
    pub rules: MarketRules,
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
        let rules = MarketRules::new(&params, &LaunchTerms::default(), launch_depth_atoms, 0);
        Self { state: open(&rules, virtual_atoms, 0).unwrap(), rules, now_seconds: 0, rule }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now_seconds += seconds;
    }

    pub fn buy(&mut self, atoms_in: u64) -> Option<Trade> {
        self.trade(TradeSide::Buy, TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 })
    }

    pub fn buy_tokens(&mut self, atoms_out: u64) -> Option<Trade> {
        self.trade(TradeSide::Buy, TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX })
    }

    pub fn sell(&mut self, atoms_in: u64) -> Option<Trade> {
        self.trade(TradeSide::Sell, TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 })
    }

    fn trade(&mut self, side: TradeSide, amount: TradeAmount) -> Option<Trade> {
        let order = Order { side, amount, terms: QuoteTerms::OPEN, has_referrer: true, transaction: None };
        let trade = trade(&self.state, &self.rules, &order, self.now_seconds).ok()?;
        self.state = trade.state_after;
        Some(trade)
    }

    /// Syncs with a chosen step, taken to be paid for by usage. Says what was done, and the size of a step.
    pub fn sync(&mut self, step_ppm: i32) -> Option<(SyncReason, i32)> {
        let input = SyncInput {
            step_ppm,
            is_paused: false,
            is_stale: false,
            lost_usage_fees_atoms: u64::MAX,
            launch_depth_atoms: self.rules.depth_opening_atoms,
        };
        let mut state = self.state;
        if self.rule == Rule::LimitFromPresentSupply {
            state.sync.high_water =
                HighWater { mark_atoms: state.curve.circulating_atoms, ..HighWater::new(self.now_seconds) };
        }
        let mut synced = move_curve(&state, &self.rules, &input, 0, self.now_seconds).ok()?;
        if self.rule == Rule::FillToPriceCap && synced.reason == SyncReason::SteppedUp {
            let after = &mut synced.state_after.curve;
            after.virtual_atoms = filled_virtual_atoms(&state.curve, after, synced.step_applied_ppm as u64)?;
        }
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
