//! A market kept a second time, by the rules of `sdk/core` from the orders alone: nothing of it is read from the chain but the
//! oracle's figures, which syncs act on.

use modchains_sdk::{
    core::{
        market::{self, MarketRules, MarketState, QuoteTerms, Trade, UsageSignal},
        sync::SyncReason,
    },
    exchange::{
        errors::ExchangeError,
        state::{LaunchArgs, MarketParams, TradeAmount},
    },
    oracle::state::{Service, Usage},
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
pub struct ShadowLedger {
    /// The market.
    pub state: MarketState,
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
    rules: MarketRules,
}

type Result<T> = std::result::Result<T, ExchangeError>;

impl ShadowLedger {
    /// A market that opens now.
    pub fn open(
        params: MarketParams,
        launch: LaunchArgs,
        referrers: usize,
        holdings: Vec<Holding>,
        now_seconds: i64,
    ) -> Result<Self> {
        let rules = MarketRules::new(&params, &launch, DEPTH_ATOMS, now_seconds);
        Ok(Self {
            state: market::open(&rules, VIRTUAL_ATOMS, 0)?,
            referral_due_atoms: vec![0; referrers],
            holdings,
            referral_paid_atoms: vec![0; referrers],
            treasury_paid_atoms: 0,
            pool_paid_atoms: 0,
            rules,
        })
    }

    /// Whether the launch is on.
    pub fn in_launch(&self, now_seconds: i64) -> bool {
        self.rules.is_launching(now_seconds)
    }

    /// What an order would come to.
    pub fn quote(&self, order: &Order, now_seconds: i64) -> Result<Trade> {
        let launch = &self.state.launch;
        let transaction = if order.is_first { launch.opening_transaction() } else { launch.unseen_transaction() };
        let order = market::Order {
            side: order.side,
            amount: order.amount,
            terms: QuoteTerms::OPEN,
            has_referrer: order.referrer.is_some(),
            transaction: Some(transaction),
        };
        Ok(market::trade(&self.state, &self.rules, &order, now_seconds)?)
    }

    /// Executes an order, or says why the market refuses it and changes nothing.
    pub fn trade(&mut self, order: &Order, now_seconds: i64) -> Result<()> {
        let trade = self.quote(order, now_seconds)?;
        self.state = trade.state_after;
        if let Some(referrer) = order.referrer {
            self.referral_due_atoms[referrer] += trade.legs.referrer;
        }
        self.holdings[order.trader].settle(&trade);
        Ok(())
    }

    /// Takes a deposit in.
    pub fn deposit(&mut self, reserve_atoms: u64, creator_atoms: u64, split_atoms: u64) -> Result<()> {
        self.state = market::deposit(&self.state, &self.rules, reserve_atoms, creator_atoms, split_atoms)?.state_after;
        Ok(())
    }

    /// Syncs with the oracle's usage. Returns what came of it.
    pub fn sync(&mut self, usage: &Usage, service: &Service, now_seconds: i64) -> Result<SyncReason> {
        let usage = UsageSignal {
            paid_net_atoms: usage.paid_net_atoms,
            reserve_due_atoms: service.accrued_reserve_atoms,
            rolled_at_seconds: usage.rolled_at_seconds,
        };
        let synced = market::sync(&self.state, &self.rules, &usage, now_seconds)?;
        self.state = synced.state_after;
        Ok(synced.reason)
    }

    /// Pays the stakers' part into their pool.
    pub fn distribute(&mut self) {
        self.pool_paid_atoms += take(&mut self.state.dues.vault_atoms);
    }

    /// Pays the creator, who is the first trader.
    pub fn claim_creator(&mut self) {
        let atoms = take(&mut self.state.dues.creator_atoms);
        if let Some(creator) = self.holdings.first_mut() {
            creator.quote_atoms += atoms;
        }
    }

    /// Pays the protocol.
    pub fn claim_protocol(&mut self) {
        self.treasury_paid_atoms += take(&mut self.state.dues.protocol_atoms);
    }

    /// Pays a referrer.
    pub fn claim_referral(&mut self, referrer: usize) {
        let (due, paid) = (&mut self.referral_due_atoms[referrer], &mut self.referral_paid_atoms[referrer]);
        *paid += take(due);
    }

    /// Everything the market's token account must hold.
    pub fn quote_vault_atoms(&self) -> u64 {
        let dues = self.state.dues;
        let owed_atoms = dues.vault_atoms + dues.creator_atoms + dues.protocol_atoms;
        let reserve_atoms = self.state.curve.reserve_atoms + self.state.backing.waiting_atoms;
        reserve_atoms + owed_atoms + self.referral_due_atoms.iter().sum::<u64>()
    }
}

fn take(due_atoms: &mut u64) -> u64 {
    std::mem::take(due_atoms)
}

impl Holding {
    fn settle(&mut self, trade: &Trade) {
        match trade.side {
            TradeSide::Buy => {
                self.quote_atoms -= trade.quote_atoms;
                self.token_atoms += trade.token_atoms;
            }
            TradeSide::Sell => {
                self.quote_atoms += trade.quote_atoms;
                self.token_atoms -= trade.token_atoms;
            }
        }
    }
}
