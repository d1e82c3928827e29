//! One market with its usage as the programs keep them, moved by the library's formulas alone, except where a defence
//! is switched off.

use modchains_core::curve::Curve;
use modchains_core::fees::{TRADE_FEES_DEFAULT, TradeFees, UsageFeeSplit};
use modchains_core::launch::LaunchTerms;
use modchains_core::sync::{
    DriftBudget, HALF_LIFE_EPOCHS_MIN, HighWater, SyncInput, SyncMove, SyncParams, SyncReason, SyncState,
    growth_fees_atoms, signal_step_ppm, sync,
};
use modchains_core::trade::{Buy, Sell, buy_exact_in, buy_exact_out, sell_exact_in};

use super::random::Random;
use super::terms;
use super::usage::Usage;
use super::weakness::Weakness;

/// Length of an epoch in every market here.
pub const EPOCH: i64 = 3_600;
/// Part of the token's opening depth that the reference market starts with.
pub const DEPTH: u64 = 1_000_000_000_000_000;

/// A market, its usage account, and reserve shares of usage fees that were not deposited yet.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub curve: Curve,
    pub state: SyncState,
    pub fees: TradeFees,
    pub params: SyncParams,
    pub usage_split: UsageFeeSplit,
    pub launch: LaunchTerms,
    pub opened_at_seconds: i64,
    pub depth_opening_atoms: u64,
    pub now_seconds: i64,
    pub usage: Usage,
    /// Usage when its fees last paid for a move.
    pub seen: Usage,
    pub weakness: Weakness,
}

impl World {
    /// A market that others brought into any state the rules allow: any fees, any premium, on the boundary of
    /// solvency or with slack, its mark at the supply.
    pub fn grown(seed: u64, weakness: Weakness) -> Self {
        let mut random = Random(seed);
        let fees = if random.chance(3) { TRADE_FEES_DEFAULT } else { terms::random_fees(&mut random) };
        fees.validate().unwrap();
        let mut params = params_for(&fees, random.chance(3), weakness);
        if random.chance(2) {
            let shortest_seconds = HALF_LIFE_EPOCHS_MIN as f64 * EPOCH as f64;
            params.high_water_half_life_seconds = random.log_uniform(shortest_seconds, 7.0 * 86_400.0) as u32;
        }
        let tokens_per_supply = random.log_uniform(0.001, 8.0);
        let circulating_atoms = (DEPTH as f64 / (1.0 + tokens_per_supply)) as u64;
        let reserve_atoms = random.log_uniform(1e10, 1e14) as u64;
        let boundary = reserve_atoms as f64 * tokens_per_supply;
        let kept = if random.chance(2) { 1.0 } else { random.log_uniform(0.02, 1.0) };
        let virtual_atoms = (boundary * kept * 0.999_999) as u64;
        let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
        curve.invariant().unwrap();
        let high_water = HighWater {
            mark_atoms: circulating_atoms,
            peak_atoms: circulating_atoms,
            last_peak_atoms: circulating_atoms,
            ..HighWater::new(0)
        };
        Self {
            curve,
            state: SyncState { high_water, ..SyncState::new(0) },
            fees,
            params,
            usage_split: random_usage_split(&mut random),
            launch: LaunchTerms::default(),
            opened_at_seconds: 0,
            depth_opening_atoms: DEPTH,
            now_seconds: EPOCH,
            usage: Usage::new(u64::MAX),
            seen: Usage::new(0),
            weakness,
        }
    }

    /// A market that opens now.
    pub fn open(depth_atoms: u64, virtual_atoms: u64, launch: LaunchTerms, weakness: Weakness) -> Self {
        let fees = TRADE_FEES_DEFAULT;
        Self {
            curve: Curve::launch(depth_atoms, virtual_atoms).unwrap(),
            state: SyncState::new(0),
            fees,
            params: params_for(&fees, true, weakness),
            usage_split: modchains_core::fees::USAGE_FEE_SPLIT_DEFAULT,
            launch,
            opened_at_seconds: 0,
            depth_opening_atoms: depth_atoms,
            now_seconds: 0,
            usage: Usage::new(u64::MAX),
            seen: Usage::new(0),
            weakness,
        }
    }

    /// Base fee, or the launch fee while the launch lasts.
    pub fn fees_now(&self) -> TradeFees {
        if self.weakness == Weakness::NoLaunchFee {
            return self.fees;
        }
        let fee_bps = self.launch.fee_bps(self.fees.fee_bps, self.opened_at_seconds, self.now_seconds).unwrap();
        TradeFees { fee_bps, ..self.fees }
    }

    pub fn buy(&mut self, gross_atoms: u64) -> Option<Buy> {
        let buy = buy_exact_in(&self.curve, &self.fees_now(), gross_atoms, true).ok()?;
        self.traded(buy.curve_after);
        Some(buy)
    }

    pub fn buy_tokens(&mut self, token_atoms: u64) -> Option<Buy> {
        let buy = buy_exact_out(&self.curve, &self.fees_now(), token_atoms, true).ok()?;
        self.traded(buy.curve_after);
        Some(buy)
    }

    pub fn sell(&mut self, token_atoms: u64) -> Option<Sell> {
        let sell = sell_exact_in(&self.curve, &self.fees_now(), token_atoms, true).ok()?;
        self.traded(sell.curve_after);
        Some(sell)
    }

    fn traded(&mut self, curve_after: Curve) {
        let (before, after) = (self.curve.circulating_atoms, curve_after.circulating_atoms);
        let epoch_seconds = self.params.epoch_seconds;
        self.state.high_water = self.state.high_water.record(before, after, self.now_seconds, epoch_seconds);
        self.curve = curve_after;
    }

    /// Adds what is not a trade's own leg to the reserve: reserve shares of usage fees, gifts.
    pub fn deposit(&mut self, atoms: u64) {
        let after = match self.weakness {
            Weakness::DepositMovesPrice => self.curve.deposit_reserve(atoms),
            _ => self.curve.deposit_backing(atoms),
        };
        self.curve = after.unwrap_or(self.curve);
    }

    /// Syncs by the usage signal, as the exchange does.
    pub fn sync_by_usage(&mut self) -> Option<SyncMove> {
        let Usage { ema_fast, ema_mid, ema_slow, quality_ppm, .. } = self.usage;
        let step_ppm = signal_step_ppm(ema_fast, ema_mid, ema_slow, quality_ppm, &self.params).unwrap();
        let growing = |atoms| growth_fees_atoms(atoms, ema_fast, ema_mid, ema_slow, quality_ppm).unwrap();
        let since = |total: u64, seen: u64| total - seen;
        let protocol_atoms = since(self.usage.protocol_total_atoms, self.seen.protocol_total_atoms);
        let reserve_atoms = since(self.usage.reserve_total_atoms, self.seen.reserve_total_atoms);
        let paying_atoms = match self.weakness {
            Weakness::UnpaidSteps => u64::MAX,
            Weakness::WholeUsageFeePays => since(self.usage.fees_total_atoms, self.seen.fees_total_atoms),
            Weakness::ReserveSharePays => growing(protocol_atoms + reserve_atoms),
            Weakness::SteadyUsePays => protocol_atoms,
            _ => growing(protocol_atoms),
        };
        let synced = self.sync(step_ppm, paying_atoms)?;
        if synced.reason.moved() || synced.reason == SyncReason::Unchanged {
            self.seen = self.usage;
        }
        Some(synced)
    }

    /// Syncs with a step that others brought about and paid for.
    pub fn sync_by(&mut self, step_ppm: i32) -> Option<SyncMove> {
        self.sync(step_ppm, u64::MAX)
    }

    fn sync(&mut self, step_ppm: i32, lost_usage_fees_atoms: u64) -> Option<SyncMove> {
        let input = SyncInput {
            step_ppm,
            is_stale: false,
            is_paused: false,
            lost_usage_fees_atoms,
            launch_depth_atoms: self.depth_opening_atoms,
        };
        let mut state = self.state;
        match self.weakness {
            Weakness::PresentSupply => {
                state.high_water =
                    HighWater { mark_atoms: self.curve.circulating_atoms, ..HighWater::new(self.now_seconds) };
            }
            Weakness::NoPeaks => (state.high_water.peak_atoms, state.high_water.last_peak_atoms) = (0, 0),
            Weakness::NoDrift => state.drift = DriftBudget::new(self.now_seconds),
            Weakness::NoEpoch => state.synced_at_seconds = self.now_seconds - EPOCH,
            _ => {}
        }
        let synced = sync(&self.curve, &state, &self.params, &input, self.now_seconds).ok()?;
        (self.curve, self.state) = (synced.curve_after, synced.state_after);
        Some(synced)
    }

    /// Lets an epoch pass and brings the averages up to date.
    pub fn next_epoch(&mut self) {
        self.now_seconds += EPOCH;
        self.usage.roll();
    }
}

/// The bounds of [`terms::params_for`], less what a weakness takes away.
pub fn params_for(fees: &TradeFees, defaults: bool, weakness: Weakness) -> SyncParams {
    let mut params = terms::params_for(fees, defaults);
    let largest = |lost: f64| ((1.0 / (1.0 - lost) - 1.0) * 1e6) as u32;
    match weakness {
        Weakness::WholeFeeLost => params.step_max_ppm = largest(f64::from(fees.fee_bps) / 1e4),
        Weakness::AbsorbUpToStep => params.absorb_max_ppm = params.step_max_ppm,
        _ => {}
    }
    params
}

/// Any split of the usage fee that the default configuration lets a creator choose.
fn random_usage_split(random: &mut Random) -> UsageFeeSplit {
    let (protocol_bps, reserve_bps) = match random.below(3) {
        0 => (100, 4_900),
        1 => (100 + random.below(4_801) as u16, 100),
        _ => (100 + random.below(2_400) as u16, 100 + random.below(2_400) as u16),
    };
    let vault_bps = 10_000 - 5_000 - protocol_bps - reserve_bps;
    UsageFeeSplit { operator_bps: 5_000, vault_bps, creator_bps: 0, reserve_bps, protocol_bps }
}
