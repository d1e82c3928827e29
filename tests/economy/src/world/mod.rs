//! One market with its usage as the programs keep them, moved by the library's formulas alone, except where a defence
//! is switched off.

mod attacker;
mod opening;
pub mod terms;
mod unsound;
mod usage;
mod weakness;

pub use attacker::{Attacker, owned_atoms};
pub use opening::Start;
pub use usage::Usage;
pub use weakness::Weakness;

use modchains_core::{
    Result,
    fees::UsageFeeSplit,
    launch::Transaction,
    market::{self, MarketRules, MarketState, Order, QuoteTerms, Synced, Trade, TradeAmount, TradeSide, UsageSignal},
    sync::SyncReason,
};

/// Length of an epoch in every market here.
pub const EPOCH: i64 = 3_600;
/// Depth of a market, in token atoms.
pub const DEPTH: u64 = 1_000_000_000_000_000;
/// More than any net: a step that others brought about and paid for.
const PLENTY: u64 = 1 << 60;

/// A market, its usage account, and the reserve's share of usage fees that was not paid in yet.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub state: MarketState,
    pub rules: MarketRules,
    pub usage_split: UsageFeeSplit,
    pub usage: Usage,
    /// What the oracle owes the reserve.
    pub due_atoms: u64,
    pub now_seconds: i64,
    pub weakness: Weakness,
    /// Largest net that a sync saw, for a control.
    highest_net_atoms: u64,
    /// Net up to which rises were paid, for a control.
    piled_net_atoms: u64,
}

impl World {
    /// A buy in a transaction of its own.
    pub fn buy(&mut self, gross_atoms: u64) -> Result<Trade> {
        self.buy_in(gross_atoms, self.state.launch.unseen_transaction())
    }

    /// The creator's buy in the transaction that opened the market.
    pub fn buy_first(&mut self, gross_atoms: u64) -> Result<Trade> {
        self.buy_in(gross_atoms, self.state.launch.opening_transaction())
    }

    /// A buy in a given transaction.
    pub fn buy_in(&mut self, atoms_in: u64, transaction: Transaction) -> Result<Trade> {
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
        let trade = unsound::trade(&self.state, &self.rules, &order, self.now_seconds, self.weakness)?;
        self.state = trade.state_after;
        Ok(trade)
    }

    /// Pays what no trade pays into the reserve: dues of usage fees, gifts.
    pub fn deposit(&mut self, atoms: u64) {
        if self.weakness == Weakness::DepositMovesPrice {
            self.state.curve = self.state.curve.deposit_reserve(atoms).unwrap_or(self.state.curve);
        } else if let Ok(deposit) = market::deposit(&self.state, &self.rules, atoms, 0, 0) {
            self.state = deposit.state_after;
        }
    }

    /// Pays what the oracle owes the reserve.
    pub fn distribute(&mut self) {
        let atoms = std::mem::take(&mut self.due_atoms);
        self.deposit(atoms);
    }

    /// Lets an epoch pass and closes it.
    pub fn next_epoch(&mut self) {
        self.now_seconds += EPOCH;
        self.usage.roll(self.now_seconds, self.weakness);
    }

    /// Syncs by the net and the dues that the oracle's last roll wrote.
    pub fn sync_by_usage(&mut self) -> Option<Synced> {
        self.sync(self.usage.paid_net_atoms(self.weakness))
    }

    /// Syncs with a part of the largest step, down to its negative, that others brought about and paid for.
    pub fn sync_by(&mut self, step: f64) -> Option<Synced> {
        let rules = self.rules;
        let size_ppm = (step.abs() * f64::from(rules.params.step_max_ppm)) as u32;
        let (is_rise, is_fall) = (size_ppm > 0 && step > 0.0, size_ppm > 0 && step < 0.0);
        self.rules.params.step_max_ppm = size_ppm;
        let sync = &mut self.state.sync;
        sync.settled_net_atoms = if is_fall { PLENTY } else { 0 };
        sync.standing_net_atoms = sync.settled_net_atoms;
        if is_fall {
            self.rules.depth_opening_atoms = self.state.curve.depth_atoms.saturating_mul(16);
        }
        let synced = self.sync(if is_rise { PLENTY } else { 0 });
        self.rules = rules;
        (self.state.sync.settled_net_atoms, self.state.sync.standing_net_atoms) = (0, 0);
        synced
    }

    /// Syncs with this net.
    pub fn sync(&mut self, net_atoms: u64) -> Option<Synced> {
        let (mut state, mut rules) = (self.state, self.rules);
        let read_atoms = self.weaken(&mut state, &mut rules, net_atoms);
        let due_atoms = if self.weakness == Weakness::DuesUnknown { 0 } else { self.due_atoms };
        let usage = UsageSignal {
            paid_net_atoms: read_atoms,
            reserve_due_atoms: due_atoms,
            rolled_at_seconds: self.now_seconds,
        };
        let standing_atoms = state.sync.standing_net_atoms;
        let synced = market::sync(&state, &rules, &usage, self.now_seconds).ok()?;
        self.state = synced.state_after;
        self.highest_net_atoms = self.highest_net_atoms.max(net_atoms);
        let sync = &mut self.state.sync;
        match self.weakness {
            Weakness::FreeRises if read_atoms != net_atoms => {
                (sync.settled_net_atoms, sync.standing_net_atoms) = (net_atoms, standing_atoms);
            }
            Weakness::LiveNetSettles => {
                sync.settled_net_atoms = sync.settled_net_atoms.max(self.usage.live_net_atoms());
            }
            Weakness::NetPilesUp => {
                let spent_atoms = sync.standing_net_atoms.saturating_sub(standing_atoms);
                self.piled_net_atoms = (self.piled_net_atoms + spent_atoms).min(net_atoms);
            }
            _ => {}
        }
        Some(synced)
    }

    /// Takes a defence away before a sync, and says which net it reads.
    fn weaken(&self, state: &mut MarketState, rules: &mut MarketRules, net_atoms: u64) -> u64 {
        let circulating_atoms = state.curve.circulating_atoms;
        let elapsed_seconds = (self.now_seconds - state.sync.synced_at_seconds).unsigned_abs();
        let standing_still = u128::from(circulating_atoms) * u128::from(elapsed_seconds);
        let sync = &mut state.sync;
        match self.weakness {
            Weakness::PresentSupply => {
                sync.supply.peak_atoms = circulating_atoms;
                sync.supply.last_peak_atoms = circulating_atoms;
                sync.supply.short_average_atoms = circulating_atoms;
                sync.supply.long_average_atoms = circulating_atoms;
                state.history.supply_atom_seconds = standing_still;
                state.history.observed_at_seconds = self.now_seconds;
            }
            Weakness::SupplyAtSync => {
                state.history.supply_atom_seconds = standing_still;
                state.history.observed_at_seconds = self.now_seconds;
            }
            Weakness::NoEpoch => sync.synced_at_seconds = self.now_seconds - EPOCH,
            Weakness::AbsorbsOnlyWhenQuiet if net_atoms != sync.settled_net_atoms => rules.params.absorb_max_ppm = 0,
            Weakness::NetPilesUp => sync.settled_net_atoms = self.piled_net_atoms.min(net_atoms),
            Weakness::FreeRises if net_atoms > sync.settled_net_atoms => {
                (sync.settled_net_atoms, sync.standing_net_atoms) = (0, 0);
                return PLENTY;
            }
            Weakness::NothingStands | Weakness::FreeFalls => {
                let is_free = self.weakness == Weakness::FreeFalls && net_atoms < self.highest_net_atoms;
                if is_free {
                    sync.settled_net_atoms = net_atoms + PLENTY;
                }
                rules.depth_opening_atoms = state.curve.depth_atoms.saturating_mul(16);
                sync.standing_net_atoms = sync.settled_net_atoms.saturating_sub(net_atoms).max(1);
            }
            _ => {}
        }
        net_atoms
    }

    /// This market, if enough of its tokens circulate for all of the reserve to have owners.
    pub fn with_owners(self) -> Option<Self> {
        (self.state.curve.circulating_atoms >= self.state.backing.supply_floor_atoms).then_some(self)
    }

    /// Spot price, quote atoms for a token atom.
    pub fn price(&self) -> f64 {
        let curve = &self.state.curve;
        curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64
    }

    /// By how much buys are dearer than sales, as a part; a million where that leaves the range of amounts.
    pub fn spread(&self) -> f64 {
        let ask_atoms = self.state.backing.ask_atoms(&self.state.curve);
        ask_atoms.map_or(1e6, |ask_atoms| ask_atoms as f64 / self.quote_atoms() - 1.0)
    }

    /// `R + V`.
    pub fn quote_atoms(&self) -> f64 {
        self.state.curve.quote_atoms().unwrap() as f64
    }
}

/// Whether a sync changed the depth.
pub fn is_step(synced: &Synced) -> bool {
    matches!(synced.reason, SyncReason::SteppedUp | SyncReason::SteppedDown)
}
