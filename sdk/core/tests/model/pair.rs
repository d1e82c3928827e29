//! The core and the model with one market each, to which the same is done.

use std::fmt::Debug;

use modchains_core::{
    CoreError,
    launch::Transaction,
    market::{self, MarketRules, MarketState, Order, QuoteTerms, TradeAmount, TradeSide, UsageSignal},
    usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, paid_net_atoms, sum_advance},
    window::epoch_index,
};
use modchains_test_model as model;
use modchains_test_seed::Random;

use crate::draw;

const OPENING_WORD: u64 = 77;
/// In Q24: the core promises the logarithm of the price within 2^-20.
const LOG_TOLERANCE_Q24: i128 = 1 << 4;

pub struct Pair {
    core: MarketState,
    rules: MarketRules,
    model: model::Market,
    now: i64,
    /// Both sums of use.
    sums_q32: (u128, u128),
    rolled_at: i64,
    /// Half of the markets meet amounts of any size; they are soon at the end of 64 bits.
    is_extreme: bool,
}

impl Pair {
    pub fn open(random: &mut Random) -> Self {
        let params = draw::params(random);
        let launch = draw::launch(random, params.fee_bps);
        let depth_atoms = 1_000_000_000 + draw::up_to(random, 99_999_999_000_000_000);
        let virtual_atoms = 1_000_000 + draw::up_to(random, 999_999_999_999_000_000);
        let now = 1_700_000_000 + random.below(1_000_000) as i64;
        let rules = MarketRules::new(&params, &launch, depth_atoms, now);
        let core = market::open(&rules, virtual_atoms, OPENING_WORD).unwrap();
        let model = model::Market::open(terms_of(&rules), virtual_atoms.into(), OPENING_WORD).unwrap();
        let is_extreme = random.chance(2);
        let pair = Self { core, rules, model, now, sums_q32: (0, 0), rolled_at: now, is_extreme };
        pair.require_equal(&"opening");
        pair
    }

    /// Does anything to both and says what came of it.
    pub fn act(&mut self, random: &mut Random) -> &'static str {
        self.now = (self.now + draw::wait(random, self.rules.params.epoch_seconds)).max(1_000_000_000);
        match random.below(20) {
            0..=4 => self.trade(random, TradeSide::Buy),
            5..=7 => self.trade(random, TradeSide::Sell),
            8 => self.deposit(random),
            9..=11 => self.use_model(random),
            12 => self.pause(random),
            _ => self.sync(random),
        }
    }

    fn trade(&mut self, random: &mut Random, side: TradeSide) -> &'static str {
        let order = self.order(random, side);
        let core = market::trade(&self.core, &self.rules, &order, self.now);
        let model = self.model.trade(&order_of(&order), self.now.into());
        let core_amounts = core.map(|trade| model::Trade {
            quote: trade.quote_atoms.into(),
            tokens: trade.token_atoms.into(),
            fee_bps: trade.fee_bps.into(),
            fee: trade.fee_atoms.into(),
            legs: model::Legs {
                reserve: trade.legs.reserve.into(),
                vault: trade.legs.vault.into(),
                creator: trade.legs.creator.into(),
                protocol: trade.legs.protocol.into(),
                referrer: trade.legs.referrer.into(),
            },
            spread: trade.spread_atoms.into(),
        });
        self.core = core.map_or(self.core, |trade| trade.state_after);
        let done = match (side, order.amount) {
            (TradeSide::Buy, TradeAmount::ExactIn { .. }) => "buy exact in",
            (TradeSide::Buy, TradeAmount::ExactOut { .. }) => "buy exact out",
            (TradeSide::Sell, TradeAmount::ExactIn { .. }) => "sell exact in",
            (TradeSide::Sell, TradeAmount::ExactOut { .. }) => "sell exact out",
        };
        self.settle(&order, core_amounts, model).map_or_else(|refusal| refusal, |_| done)
    }

    fn order(&self, random: &mut Random, side: TradeSide) -> Order {
        let curve = self.core.curve;
        let (quote, tokens) = (curve.quote_atoms().unwrap(), curve.token_atoms().unwrap());
        let is_exact_in = random.chance(2);
        let whole = match (side, is_exact_in) {
            (TradeSide::Buy, true) => quote.saturating_mul(5),
            (TradeSide::Buy, false) => tokens,
            (TradeSide::Sell, true) => curve.circulating_atoms,
            (TradeSide::Sell, false) => curve.reserve_atoms,
        };
        let (atoms, limit) =
            (draw::part_of(random, whole, self.is_extreme), random.chance(12).then(|| draw::any_atoms(random)));
        let amount = if is_exact_in {
            TradeAmount::ExactIn { atoms_in: atoms, min_atoms_out: limit.unwrap_or(0) }
        } else {
            TradeAmount::ExactOut { atoms_out: atoms, max_atoms_in: limit.unwrap_or(u64::MAX) }
        };
        let late = if random.chance(30) { 0 } else { 1 };
        let epoch = self.core.parameter_epoch + if random.chance(30) { 0 } else { 1 };
        let terms = QuoteTerms { deadline_seconds: self.now + late, max_epoch: epoch };
        let word = random.below(3);
        let word_with_trader = if random.chance(8) { OPENING_WORD } else { u64::MAX - word };
        let transaction = (!random.chance(10)).then_some(Transaction { word, word_with_trader });
        Order { side, amount, terms, has_referrer: random.chance(2), transaction }
    }

    fn deposit(&mut self, random: &mut Random) -> &'static str {
        let size = if self.is_extreme && random.chance(10) { u64::MAX } else { self.core.curve.reserve_atoms / 8 + 8 };
        let [reserve, creator, split] =
            [(); 3].map(|()| if random.chance(3) { 0 } else { draw::part_of(random, size, self.is_extreme) });
        let core = market::deposit(&self.core, &self.rules, reserve, creator, split);
        let model = self.model.deposit(reserve.into(), creator.into(), split.into());
        self.core = core.map_or(self.core, |deposit| deposit.state_after);
        let done = self.settle(&(reserve, creator, split), core.map(|_| ()), model);
        done.map_or_else(|refusal| refusal, |()| "deposit")
    }

    /// Use that comes in, of the size that the market is of.
    fn use_model(&mut self, random: &mut Random) -> &'static str {
        let epoch_seconds = self.rules.params.epoch_seconds;
        let [before, after] = [self.rolled_at, self.now].map(|at| epoch_index(at, epoch_seconds).unwrap());
        let Some(epochs) = after.checked_sub(before).filter(|epochs| *epochs > 0) else { return "use" };
        let share = (self.core.curve.reserve_atoms as f64 * random.log_uniform(1e-7, 1e-2)) as u64;
        let share = if random.chance(3) { 0 } else { share };
        let rolled = |sum, half_life| sum_advance(sum, share, epochs, epoch_seconds, half_life).unwrap();
        self.sums_q32 =
            (rolled(self.sums_q32.0, LONG_HALF_LIFE_SECONDS), rolled(self.sums_q32.1, SHORT_HALF_LIFE_SECONDS));
        self.rolled_at = self.now;
        "use"
    }

    fn pause(&mut self, random: &mut Random) -> &'static str {
        let ahead = draw::up_to(random, 2 * u64::from(self.rules.params.epoch_seconds)) as i64;
        self.rules.paused_until_seconds = if random.chance(3) { self.now + ahead } else { 0 };
        self.model.terms.paused_until = self.rules.paused_until_seconds.into();
        "pause"
    }

    fn sync(&mut self, random: &mut Random) -> &'static str {
        let next = self.core.sync.synced_at_seconds + i64::from(self.rules.params.epoch_seconds);
        if !random.chance(4) {
            self.now = self.now.max(next);
        }
        let usage = UsageSignal {
            paid_net_atoms: match random.below(8) {
                0 if self.is_extreme => draw::any_atoms(random),
                1 => 0,
                _ => paid_net_atoms(self.sums_q32.0, self.sums_q32.1),
            },
            reserve_due_atoms: match random.below(8) {
                0 if self.is_extreme => draw::any_atoms(random),
                1..=3 => draw::part_of(random, self.core.curve.reserve_atoms / 8, self.is_extreme),
                _ => 0,
            },
            rolled_at_seconds: match random.below(12) {
                0 => self.now + 1,
                1 => self.now - i64::from(self.rules.params.usage_stale_seconds),
                2 => self.now - i64::from(self.rules.params.usage_stale_seconds) - 1,
                _ => self.now,
            },
        };
        let signal = model::Signal {
            net: usage.paid_net_atoms.into(),
            due: usage.reserve_due_atoms.into(),
            rolled_at: usage.rolled_at_seconds.into(),
        };
        let core = market::sync(&self.core, &self.rules, &usage, self.now);
        let model = self.model.sync(&signal, self.now.into());
        self.core = core.map_or(self.core, |synced| synced.state_after);
        let core = core.map(|synced| (synced.step_ppm.into(), synced.absorbed_atoms.into(), name(&synced.reason)));
        let reason = model.map_or("", |synced| synced.reason);
        let model = model.map(|synced| (synced.step_ppm, synced.absorbed, synced.reason.to_owned()));
        match self.settle(&usage, core, model) {
            Ok(_) => seen_sync(reason),
            Err(refusal) => refusal,
        }
    }

    /// Requires that both did the same, and for the same reason not.
    fn settle<T: Debug + PartialEq>(
        &self,
        what: &impl Debug,
        core: Result<T, CoreError>,
        model: Result<T, model::Refusal>,
    ) -> Result<T, &'static str> {
        let model = model.map_err(|refusal| name(&refusal));
        let core = core.map_err(|refusal| name(&refusal));
        assert_eq!(core, model, "{what:?} at {} on {:#?} {:#?}", self.now, self.rules, self.core);
        self.require_equal(what);
        core.map_err(|refusal| *crate::SEEN.iter().find(|seen| **seen == refusal).unwrap_or(&"another refusal"))
    }

    fn require_equal(&self, what: &impl Debug) {
        let core = market_of(&self.core, &self.model);
        assert_eq!(core, self.model, "after {what:?} at {}", self.now);
        let history = self.core.history;
        let model_q24 = (self.model.log_seconds * f64::from(1 << 24)) as i128;
        // Both wrap at 64 bits.
        let distance = i128::from((i128::from(history.price_log_seconds) - model_q24) as i64).abs();
        let seconds = i128::from(history.observed_at_seconds - self.rules.opened_at_seconds);
        assert!(distance <= seconds * LOG_TOLERANCE_Q24, "{distance} after {what:?}, {seconds} seconds");
    }
}

fn name(value: &impl Debug) -> String {
    format!("{value:?}")
}

fn seen_sync(reason: &str) -> &'static str {
    crate::SEEN.iter().find(|seen| seen.strip_prefix("sync ") == Some(reason)).unwrap_or(&"sync, another reason")
}

fn order_of(order: &Order) -> model::Order {
    let (is_exact_in, atoms, limit) = match order.amount {
        TradeAmount::ExactIn { atoms_in, min_atoms_out } => (true, atoms_in, min_atoms_out),
        TradeAmount::ExactOut { atoms_out, max_atoms_in } => (false, atoms_out, max_atoms_in),
    };
    model::Order {
        is_buy: order.side == TradeSide::Buy,
        is_exact_in,
        atoms: atoms.into(),
        limit: limit.into(),
        deadline: order.terms.deadline_seconds.into(),
        max_epoch: order.terms.max_epoch.into(),
        has_referrer: order.has_referrer,
        transaction: order.transaction.map(|transaction| (transaction.word, transaction.word_with_trader)),
    }
}

fn terms_of(rules: &MarketRules) -> model::Terms {
    let (params, launch) = (&rules.params, &rules.launch);
    model::Terms {
        fee_bps: params.fee_bps.into(),
        vault_bps: params.vault_bps.into(),
        creator_bps: params.creator_bps.into(),
        protocol_bps: params.protocol_bps.into(),
        referral_bps: params.referral_bps.into(),
        step_max_ppm: params.step_max_ppm.into(),
        absorb_max_ppm: params.absorb_max_ppm.into(),
        drift_max_ppm: params.drift_max_ppm.into(),
        premium_min_ppm: params.premium_min_ppm.into(),
        premium_max_ppm: params.premium_max_ppm.into(),
        epoch_seconds: params.epoch_seconds.into(),
        supply_half_life_seconds: params.supply_half_life_seconds.into(),
        pricing_half_life_seconds: params.pricing_half_life_seconds.into(),
        usage_stale_seconds: params.usage_stale_seconds.into(),
        launch_fee_max_bps: launch.fee_max_bps.into(),
        launch_seconds: launch.duration_seconds.into(),
        launch_cap_ppm: launch.cap_ppm.into(),
        opened_at: rules.opened_at_seconds.into(),
        depth_opening: rules.depth_opening_atoms.into(),
        paused_until: rules.paused_until_seconds.into(),
    }
}

/// The core's market as the model says it; terms and the logarithm, which are compared by themselves, are the model's.
fn market_of(state: &MarketState, model: &model::Market) -> model::Market {
    let MarketState { curve, backing, history, sync, dues, launch, parameter_epoch } = *state;
    model::Market {
        terms: model.terms,
        reserve: curve.reserve_atoms.into(),
        circulating: curve.circulating_atoms.into(),
        depth: curve.depth_atoms.into(),
        virtual_quote: curve.virtual_atoms.into(),
        supply_floor: backing.supply_floor_atoms.into(),
        waiting: backing.waiting_atoms.into(),
        expected: backing.expected_atoms.into(),
        observed_at: history.observed_at_seconds.into(),
        supply_seconds: history.supply_atom_seconds,
        log_seconds: model.log_seconds,
        peak: sync.supply.peak_atoms.into(),
        last_peak: sync.supply.last_peak_atoms.into(),
        window_start: sync.supply.window_start_seconds.into(),
        short_average: sync.supply.short_average_atoms.into(),
        long_average: sync.supply.long_average_atoms.into(),
        drift_up_ppm: sync.drift.up_used_ppm.into(),
        drift_down_ppm: sync.drift.down_used_ppm.into(),
        drift_at: sync.drift.updated_at_seconds.into(),
        settled: sync.settled_net_atoms.into(),
        standing: sync.standing_net_atoms.into(),
        synced_at: sync.synced_at_seconds.into(),
        vault_due: dues.vault_atoms.into(),
        creator_due: dues.creator_atoms.into(),
        protocol_due: dues.protocol_atoms.into(),
        launch_word: launch.word,
        launch_bought: launch.bought_atoms.into(),
        is_first_buy_open: launch.is_first_buy_open,
        parameter_epoch: parameter_epoch.into(),
    }
}
