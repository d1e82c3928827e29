//! One market with its usage as the programs keep them, moved by the library's formulas alone, except where a defence
//! is switched off.

use modchains_core::{
    Result,
    curve::Curve,
    fees::{TRADE_FEES_DEFAULT, TradeFees, UsageFeeSplit},
    launch::{LAUNCH_CAP_MAX_PPM, LaunchTally, LaunchTerms, Transaction},
    market::{
        self, Dues, HALF_LIFE_EPOCHS_MIN, MarketParams, MarketRules, MarketState, Order, QuoteTerms, Synced, Trade,
        TradeAmount, TradeSide,
    },
    sync::{DriftBudget, HighWater, SyncInput, SyncState},
};
use modchains_test_seed::Random;

use super::{terms, usage::Usage, weakness::Weakness};

/// Length of an epoch in every market here.
pub const EPOCH: i64 = 3_600;
/// Part of the token's opening depth that the reference market starts with.
pub const DEPTH: u64 = 1_000_000_000_000_000;

/// A market, its usage account, and reserve shares of usage fees that were not deposited yet.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub state: MarketState,
    pub rules: MarketRules,
    pub usage_split: UsageFeeSplit,
    pub now_seconds: i64,
    pub usage: Usage,
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
        let launch = LaunchTerms::default();
        Self {
            state: MarketState {
                curve,
                sync: SyncState { high_water, ..SyncState::new(0) },
                dues: Dues::default(),
                launch: LaunchTally::new(&launch, 0),
                parameter_epoch: 0,
                usage_fees_seen_atoms: 0,
            },
            rules: MarketRules::new(&params, &launch, DEPTH, 0),
            usage_split: random_usage_split(&mut random),
            now_seconds: EPOCH,
            usage: Usage::new(u64::MAX),
            weakness,
        }
    }

    /// A market that opens now.
    pub fn open(depth_atoms: u64, virtual_atoms: u64, launch: LaunchTerms, weakness: Weakness) -> Self {
        let fees = TRADE_FEES_DEFAULT;
        let launch = match weakness {
            Weakness::NoLaunchFee => LaunchTerms { fee_max_bps: fees.fee_bps, ..launch },
            Weakness::NoLaunchCap => LaunchTerms { cap_ppm: LAUNCH_CAP_MAX_PPM, ..launch },
            _ => launch,
        };
        let rules = MarketRules::new(&params_for(&fees, true, weakness), &launch, depth_atoms, 0);
        Self {
            state: market::open(&rules, virtual_atoms, 0).unwrap(),
            rules,
            usage_split: modchains_core::fees::USAGE_FEE_SPLIT_DEFAULT,
            now_seconds: 0,
            usage: Usage::new(u64::MAX),
            weakness,
        }
    }

    /// A buy in a transaction of its own.
    pub fn buy(&mut self, gross_atoms: u64) -> Result<Trade> {
        self.buy_in(gross_atoms, self.state.launch.unseen_transaction())
    }

    /// The creator's buy in the transaction that opened the market.
    pub fn buy_first(&mut self, gross_atoms: u64) -> Result<Trade> {
        self.buy_in(gross_atoms, self.state.launch.opening_transaction())
    }

    fn buy_in(&mut self, atoms_in: u64, transaction: Transaction) -> Result<Trade> {
        let amount = TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 };
        self.trade(TradeSide::Buy, amount, Some(transaction))
    }

    pub fn buy_tokens(&mut self, atoms_out: u64) -> Result<Trade> {
        let amount = TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX };
        self.trade(TradeSide::Buy, amount, Some(self.state.launch.unseen_transaction()))
    }

    pub fn sell(&mut self, atoms_in: u64) -> Result<Trade> {
        self.trade(TradeSide::Sell, TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }, None)
    }

    fn trade(&mut self, side: TradeSide, amount: TradeAmount, transaction: Option<Transaction>) -> Result<Trade> {
        let order = Order { side, amount, terms: QuoteTerms::OPEN, has_referrer: true, transaction };
        let trade = market::trade(&self.state, &self.rules, &order, self.now_seconds)?;
        self.state = trade.state_after;
        Ok(trade)
    }

    /// Adds what is not a trade's own leg to the reserve: reserve shares of usage fees, gifts.
    pub fn deposit(&mut self, atoms: u64) {
        if self.weakness == Weakness::DepositMovesPrice {
            self.state.curve = self.state.curve.deposit_reserve(atoms).unwrap_or(self.state.curve);
        } else if let Ok(deposit) = market::deposit(&self.state, &self.rules, atoms, 0, 0) {
            self.state = deposit.state_after;
        }
    }

    /// Syncs by the usage signal.
    pub fn sync_by_usage(&mut self) -> Option<Synced> {
        let usage = self.usage.signal(self.weakness, self.now_seconds);
        let mut input = market::read_signal(&self.state, &self.rules, &usage, self.now_seconds).unwrap();
        let total_atoms = usage.non_recoverable_fees_total;
        match self.weakness {
            Weakness::UnpaidSteps => input.lost_usage_fees_atoms = u64::MAX,
            Weakness::WholeUsageFeePays | Weakness::SteadyUsePays => {
                input.lost_usage_fees_atoms = total_atoms - self.state.usage_fees_seen_atoms;
            }
            _ => {}
        }
        self.sync(&input, total_atoms).ok()
    }

    /// Syncs with a step that others brought about and paid for.
    pub fn sync_by(&mut self, step_ppm: i32) -> Option<Synced> {
        let input = SyncInput {
            step_ppm,
            is_stale: false,
            is_paused: false,
            lost_usage_fees_atoms: u64::MAX,
            launch_depth_atoms: self.rules.depth_opening_atoms,
        };
        self.sync(&input, self.state.usage_fees_seen_atoms).ok()
    }

    fn sync(&mut self, input: &SyncInput, fees_total_atoms: u64) -> Result<Synced> {
        let mut state = self.state;
        let high_water = &mut state.sync.high_water;
        match self.weakness {
            Weakness::PresentSupply => {
                *high_water =
                    HighWater { mark_atoms: state.curve.circulating_atoms, ..HighWater::new(self.now_seconds) };
            }
            Weakness::NoPeaks => (high_water.peak_atoms, high_water.last_peak_atoms) = (0, 0),
            Weakness::NoDrift => state.sync.drift = DriftBudget::new(self.now_seconds),
            Weakness::NoEpoch => state.sync.synced_at_seconds = self.now_seconds - EPOCH,
            _ => {}
        }
        let synced = market::move_curve(&state, &self.rules, input, fees_total_atoms, self.now_seconds)?;
        self.state = synced.state_after;
        Ok(synced)
    }

    /// Lets an epoch pass and brings the averages up to date.
    pub fn next_epoch(&mut self) {
        self.now_seconds += EPOCH;
        self.usage.roll();
    }
}

/// The bounds of [`terms::params_for`], less what a weakness takes away.
pub fn params_for(fees: &TradeFees, defaults: bool, weakness: Weakness) -> MarketParams {
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
