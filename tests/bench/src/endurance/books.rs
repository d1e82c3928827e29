//! A market kept a second time, by `sdk/core` from the orders alone: nothing of it is read from the chain but the
//! oracle's usage, which syncs act on.

use modchains_sdk::{
    core::{
        curve::Curve,
        fees::{FeeLegs, TradeFees},
        launch::{LaunchTerms, check_cap},
        sync::{SyncInput, SyncReason, SyncState, growth_fees_atoms, signal_step_ppm, sync},
        trade::{Buy, Sell, buy_exact_in, buy_exact_out, sell_exact_in, sell_exact_out},
    },
    exchange::{
        errors::ExchangeError,
        state::{LaunchArgs, MarketParams, TradeAmount},
    },
    oracle::state::Usage,
    quote::TradeSide,
};
use modchains_tests::world::{DEPTH_ATOMS, VIRTUAL_ATOMS};

/// What a trader wants.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Who, by number.
    pub trader: usize,
    /// Which way.
    pub side: TradeSide,
    /// How much, with the limit.
    pub amount: TradeAmount,
    /// Who gets a part of the fee, by number.
    pub referrer: Option<usize>,
    /// Whether it is the creator's first buy, in the transaction that opens the market.
    pub is_first: bool,
}

/// What an order comes to.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// Paid by a buyer, fee included; paid to a seller, after the fee.
    pub quote_atoms: u64,
    /// Minted or burned.
    pub token_atoms: u64,
    legs: FeeLegs,
    curve_after: Curve,
}

/// What one trader has, in atoms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Holding {
    /// Quote tokens.
    pub quote_atoms: u64,
    /// Model tokens.
    pub token_atoms: u64,
}

/// The market and everybody's balances as they must be.
#[derive(Debug, Clone)]
pub struct Books {
    /// The curve.
    pub curve: Curve,
    /// What sync remembers.
    pub sync: SyncState,
    /// Moves of the parameters.
    pub parameter_epoch: u64,
    /// The usage fees at the last move.
    pub usage_fees_seen_atoms: u64,
    /// Owed to stakers.
    pub vault_due_atoms: u64,
    /// Owed to the creator.
    pub creator_due_atoms: u64,
    /// Owed to the protocol.
    pub protocol_due_atoms: u64,
    /// Owed to each referrer.
    pub referral_due_atoms: Vec<u64>,
    /// What each trader has.
    pub holdings: Vec<Holding>,
    /// What each referrer was paid.
    pub referral_paid_atoms: Vec<u64>,
    /// What the treasury was paid.
    pub treasury_paid_atoms: u64,
    /// What the stakers' pool was paid.
    pub pool_paid_atoms: u64,
    params: MarketParams,
    launch: LaunchTerms,
    opened_at_seconds: i64,
}

type Result<T> = std::result::Result<T, ExchangeError>;

impl Books {
    /// A market that opens now.
    pub fn open(
        params: MarketParams,
        launch: LaunchArgs,
        referrers: usize,
        holdings: Vec<Holding>,
        now_seconds: i64,
    ) -> Result<Self> {
        Ok(Self {
            curve: Curve::launch(DEPTH_ATOMS, VIRTUAL_ATOMS)?,
            sync: SyncState::new(now_seconds),
            parameter_epoch: 0,
            usage_fees_seen_atoms: 0,
            vault_due_atoms: 0,
            creator_due_atoms: 0,
            protocol_due_atoms: 0,
            referral_due_atoms: vec![0; referrers],
            holdings,
            referral_paid_atoms: vec![0; referrers],
            treasury_paid_atoms: 0,
            pool_paid_atoms: 0,
            params,
            launch: launch.into(),
            opened_at_seconds: now_seconds,
        })
    }

    /// Whether the launch is on.
    pub fn in_launch(&self, now_seconds: i64) -> bool {
        self.launch.is_on(self.opened_at_seconds, now_seconds)
    }

    /// What an order would come to, without its limit.
    pub fn quote(&self, order: &Order, now_seconds: i64) -> Result<Settled> {
        let base = self.params.trade_fees();
        let launch_bps = self.launch.fee_bps(base.fee_bps, self.opened_at_seconds, now_seconds)?;
        let fees = TradeFees { fee_bps: if order.is_first { base.fee_bps } else { launch_bps }, ..base };
        let referred = order.referrer.is_some();
        Ok(match (order.side, order.amount) {
            (TradeSide::Buy, TradeAmount::ExactIn { atoms_in, .. }) => {
                Settled::bought(&buy_exact_in(&self.curve, &fees, atoms_in, referred)?)
            }
            (TradeSide::Buy, TradeAmount::ExactOut { atoms_out, .. }) => {
                Settled::bought(&buy_exact_out(&self.curve, &fees, atoms_out, referred)?)
            }
            (TradeSide::Sell, TradeAmount::ExactIn { atoms_in, .. }) => {
                Settled::sold(&sell_exact_in(&self.curve, &fees, atoms_in, referred)?)
            }
            (TradeSide::Sell, TradeAmount::ExactOut { atoms_out, .. }) => {
                Settled::sold(&sell_exact_out(&self.curve, &fees, atoms_out, referred)?)
            }
        })
    }

    /// Executes an order, or says why the market refuses it and changes nothing.
    pub fn trade(&mut self, order: &Order, now_seconds: i64) -> Result<()> {
        let settled = self.quote(order, now_seconds)?;
        let is_buy = order.side == TradeSide::Buy;
        let (gives, gets) = if is_buy {
            (settled.quote_atoms, settled.token_atoms)
        } else {
            (settled.token_atoms, settled.quote_atoms)
        };
        match order.amount {
            TradeAmount::ExactIn { min_atoms_out, .. } if gets < min_atoms_out => {
                return Err(ExchangeError::OutputBelowLimit);
            }
            TradeAmount::ExactOut { max_atoms_in, .. } if gives > max_atoms_in => {
                return Err(ExchangeError::InputAboveLimit);
            }
            _ => {}
        }
        if is_buy && !order.is_first && self.in_launch(now_seconds) {
            check_cap(self.launch.cap_atoms(DEPTH_ATOMS)?, 0, settled.token_atoms)?;
        }
        let before_atoms = self.curve.circulating_atoms;
        let after_atoms = settled.curve_after.circulating_atoms;
        let epoch_seconds = self.params.epoch_seconds;
        self.sync.high_water = self.sync.high_water.record(before_atoms, after_atoms, now_seconds, epoch_seconds);
        self.curve = settled.curve_after;
        self.accrue(&settled.legs);
        if let Some(referrer) = order.referrer {
            self.referral_due_atoms[referrer] += settled.legs.referrer;
        }
        self.holdings[order.trader].settle(is_buy, &settled);
        Ok(())
    }

    /// Takes a deposit in.
    pub fn deposit(&mut self, reserve_atoms: u64, creator_atoms: u64, split_atoms: u64) -> Result<()> {
        let legs = self.params.trade_fees().split_fee(split_atoms, false)?;
        self.curve = self.curve.deposit_backing(reserve_atoms)?.deposit_backing(legs.reserve)?;
        self.accrue(&legs);
        self.creator_due_atoms += creator_atoms;
        Ok(())
    }

    /// Syncs with the oracle's usage. Returns what came of it.
    pub fn sync(&mut self, usage: &Usage, now_seconds: i64) -> Result<SyncReason> {
        let params = self.params.sync_params();
        let (fast, mid, slow, quality) = (usage.ema_fast, usage.ema_mid, usage.ema_slow, usage.quality_ppm);
        let lost_atoms = usage.non_recoverable_fees_total.saturating_sub(self.usage_fees_seen_atoms);
        let age_seconds = now_seconds.saturating_sub(usage.rolled_at_seconds);
        let input = SyncInput {
            step_ppm: signal_step_ppm(fast, mid, slow, quality, &params)?,
            is_paused: false,
            is_stale: age_seconds > i64::from(self.params.usage_stale_seconds),
            lost_usage_fees_atoms: growth_fees_atoms(lost_atoms, fast, mid, slow, quality)?,
            launch_depth_atoms: DEPTH_ATOMS,
        };
        let step = sync(&self.curve, &self.sync, &params, &input, now_seconds)?;
        (self.curve, self.sync) = (step.curve_after, step.state_after);
        if step.reason.moved() || step.reason == SyncReason::Unchanged {
            self.usage_fees_seen_atoms = usage.non_recoverable_fees_total;
        }
        self.parameter_epoch += u64::from(step.reason.moved());
        Ok(step.reason)
    }

    /// Pays the stakers' part into their pool.
    pub fn distribute(&mut self) {
        self.pool_paid_atoms += take(&mut self.vault_due_atoms);
    }

    /// Pays the creator, who is the first trader.
    pub fn claim_creator(&mut self) {
        let atoms = take(&mut self.creator_due_atoms);
        if let Some(creator) = self.holdings.first_mut() {
            creator.quote_atoms += atoms;
        }
    }

    /// Pays the protocol.
    pub fn claim_protocol(&mut self) {
        self.treasury_paid_atoms += take(&mut self.protocol_due_atoms);
    }

    /// Pays a referrer.
    pub fn claim_referral(&mut self, referrer: usize) {
        let (due, paid) = (&mut self.referral_due_atoms[referrer], &mut self.referral_paid_atoms[referrer]);
        *paid += take(due);
    }

    /// Everything the market's token account must hold.
    pub fn quote_vault_atoms(&self) -> u64 {
        let dues = [self.vault_due_atoms, self.creator_due_atoms, self.protocol_due_atoms];
        self.curve.reserve_atoms + dues.iter().sum::<u64>() + self.referral_due_atoms.iter().sum::<u64>()
    }

    fn accrue(&mut self, legs: &FeeLegs) {
        self.vault_due_atoms += legs.vault;
        self.creator_due_atoms += legs.creator;
        self.protocol_due_atoms += legs.protocol;
    }
}

fn take(due_atoms: &mut u64) -> u64 {
    std::mem::take(due_atoms)
}

impl Settled {
    fn bought(buy: &Buy) -> Self {
        Self {
            quote_atoms: buy.quote_atoms_in,
            token_atoms: buy.token_atoms_out,
            legs: buy.legs,
            curve_after: buy.curve_after,
        }
    }

    fn sold(sale: &Sell) -> Self {
        Self {
            quote_atoms: sale.quote_atoms_out,
            token_atoms: sale.token_atoms_in,
            legs: sale.legs,
            curve_after: sale.curve_after,
        }
    }
}

impl Holding {
    fn settle(&mut self, is_buy: bool, settled: &Settled) {
        if is_buy {
            self.quote_atoms -= settled.quote_atoms;
            self.token_atoms += settled.token_atoms;
        } else {
            self.quote_atoms += settled.quote_atoms;
            self.token_atoms -= settled.token_atoms;
        }
    }
}
