//! The chain that the market runs on, its people, and what is compared with the ledger.

use std::fmt;

use modchains_sdk::{
    Instruction, Pubkey, Signer, address,
    exchange::state::{Market, MarketTradeArgs, QuoteTerms, Referral},
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        oracle, token, vault,
    },
    oracle::{
        instructions::{OperatorRegisterArgs, ServiceOpenArgs},
        state::{Service, Usage},
    },
    quote::TradeSide,
    vault::{instructions::VaultOpenArgs, state::VaultTerms},
};
use modchains_tests::{
    chain::key,
    world::{COOLDOWN_SECONDS, PURSE_ATOMS, QUOTE, STREAM_SECONDS, Side, World, market_params, quote, service_terms},
};

use super::shadow_ledger::{Holding, Order, ShadowLedger};
use crate::programs::trades::{LAUNCH, opening};

/// Whose market it is.
pub const SIDE: Side = Side::A;
/// Number of traders; the first is the creator.
const TRADERS: usize = 8;
/// Number of referrers.
const REFERRERS: usize = 3;

/// A chain with the market, and the keys of its people.
pub struct Setup {
    /// The chain.
    pub world: World,
    traders: Vec<Pubkey>,
    referrers: Vec<Pubkey>,
}

/// One figure by the ledger and by the chain.
pub struct Compared {
    /// What.
    pub what: String,
    /// By the ledger.
    pub expected: i128,
    /// On the chain.
    pub found: i128,
}

impl fmt::Display for Compared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is {}, by the ledger {}", self.what, self.found, self.expected)
    }
}

impl Setup {
    /// Opens the market, with the creator's first buy in the same transaction, and a service. Returns the ledger too.
    pub fn open(first_buy: &Order) -> (Self, ShadowLedger) {
        let world = crate::programs::trades::unopened();
        let (creator, model) = (SIDE.person("creator"), SIDE.model());
        let strangers = (1..TRADERS).map(|number| key(&format!("trader {number} of endurance")).pubkey());
        let traders = std::iter::once(creator).chain(strangers).collect();
        let referrers = (0..REFERRERS).map(|number| key(&format!("referrer {number} of endurance")).pubkey()).collect();
        let mut setup = Self { world, traders, referrers };
        for person in setup.traders.iter().chain(&setup.referrers).skip(1) {
            setup.world.enrol(*person);
            setup.world.chain.must(&[token::create_account(person, person, &Token::of_model(&model))]);
        }
        for person in [SIDE.person("operator"), SIDE.person("requester"), key("treasury").pubkey()] {
            setup.world.enrol(person);
        }
        let holdings = vec![Holding { quote_atoms: PURSE_ATOMS, token_atoms: 0 }; TRADERS];
        let now_seconds = setup.world.chain.now();
        let mut ledger =
            ShadowLedger::open(market_params(), LAUNCH, REFERRERS, holdings, now_seconds).expect("the market opens");
        setup.world.chain.must(&[opening(), setup.instruction(first_buy, true)]);
        ledger.trade(first_buy, now_seconds).expect("the first buy is valid");
        setup.serve_from_now_on();
        (setup, ledger)
    }

    fn serve_from_now_on(&mut self) {
        let (creator, model, operator) = (SIDE.person("creator"), SIDE.model(), SIDE.person("operator"));
        for referrer in &self.referrers {
            self.world.chain.must(&[exchange::referral_open(&creator, &model, referrer)]);
        }
        let bond = OperatorRegisterArgs { bond_atoms: 100 * QUOTE, cooldown_max_seconds: u32::MAX };
        let terms = VaultTerms { cooldown_seconds: COOLDOWN_SECONDS, stream_seconds: STREAM_SECONDS };
        for instruction in [
            vault::vault_open(&creator, &model, &quote(), VaultOpenArgs { terms: Some(terms) }),
            oracle::service_open(&creator, &model, 1, &quote(), ServiceOpenArgs { terms: service_terms() }),
            oracle::operator_register(&operator, &SIDE.service(), &quote(), bond),
        ] {
            self.world.chain.must(&[instruction]);
        }
    }

    /// The instruction of an order.
    pub fn instruction(&self, order: &Order, names_sysvar: bool) -> Instruction {
        let terms = QuoteTerms { deadline_seconds: self.world.chain.now() + 60, max_epoch: u64::MAX };
        let args = MarketTradeArgs { amount: order.amount, terms };
        let referrer = order.referrer.map(|referrer| self.referrers[referrer]);
        let route = TradeRoute { referrer, launch: names_sysvar };
        let build = match order.side {
            TradeSide::Buy => exchange::market_buy,
            TradeSide::Sell => exchange::market_sell,
        };
        build(&self.traders[order.trader], &SIDE.model(), &quote(), args, route)
    }

    /// By number; 0 is the creator.
    pub fn trader(&self, number: usize) -> Pubkey {
        self.traders[number]
    }

    /// By number, from 0.
    pub fn referrer(&self, number: usize) -> Pubkey {
        self.referrers[number]
    }

    /// The oracle's usage.
    pub fn usage(&self) -> Usage {
        self.world.usage(SIDE)
    }

    /// The service that answers paid requests, as it is now.
    pub fn service(&self) -> Service {
        self.world.service(SIDE)
    }

    /// Everything that the ledger says of the market and of balances, beside what the chain says.
    pub fn compare(&self, ledger: &ShadowLedger) -> Vec<Compared> {
        let market = self.world.market(SIDE);
        let mut all = market_figures(&market, ledger);
        let mut add = |what: &str, expected: u64, found: u64| {
            all.push(Compared { what: what.to_owned(), expected: expected.into(), found: found.into() });
        };
        let chain = &self.world.chain;
        add("quote vault", ledger.quote_vault_atoms(), chain.token_atoms(&SIDE.quote_vault()));
        add("supply", ledger.state.curve.circulating_atoms, self.world.supply(&SIDE.mint()));
        let held = ledger.holdings.iter().map(|holding| holding.token_atoms).sum();
        add("sum of holdings", ledger.state.curve.circulating_atoms, held);
        for (number, (trader, holding)) in self.traders.iter().zip(&ledger.holdings).enumerate() {
            let tokens = Token::of_model(&SIDE.model()).account_of(trader);
            add(&format!("tokens of trader {number}"), holding.token_atoms, chain.token_atoms(&tokens));
            let quote_atoms = chain.token_atoms(&quote().account_of(trader));
            add(&format!("quote of trader {number}"), holding.quote_atoms, quote_atoms);
        }
        for (number, referrer) in self.referrers.iter().enumerate() {
            let referral: Referral = chain.state(&address::exchange::referral(&SIDE.market(), referrer));
            add(&format!("due to referrer {number}"), ledger.referral_due_atoms[number], referral.due_atoms);
            let paid_atoms = chain.token_atoms(&quote().account_of(referrer)) - PURSE_ATOMS;
            add(&format!("paid to referrer {number}"), ledger.referral_paid_atoms[number], paid_atoms);
        }
        let treasury_atoms = chain.token_atoms(&quote().account_of(&key("treasury").pubkey())) - PURSE_ATOMS;
        add("paid to the treasury", ledger.treasury_paid_atoms, treasury_atoms);
        add("paid to the stakers' pool", ledger.pool_paid_atoms, chain.token_atoms(&SIDE.pool_tokens()));
        all
    }
}

fn market_figures(market: &Market, ledger: &ShadowLedger) -> Vec<Compared> {
    let (curve, sync, dues) = (&ledger.state.curve, &ledger.state.sync, &ledger.state.dues);
    let (backing, history, supply, drift) = (&ledger.state.backing, &ledger.state.history, &sync.supply, &sync.drift);
    let found = market.state();
    let atoms = [
        ("reserve", curve.reserve_atoms, market.reserve_atoms),
        ("circulating", curve.circulating_atoms, market.circulating_atoms),
        ("depth", curve.depth_atoms, market.depth_atoms),
        ("virtual", curve.virtual_atoms, market.virtual_atoms),
        ("vault due", dues.vault_atoms, market.vault_due_atoms),
        ("creator due", dues.creator_atoms, market.creator_due_atoms),
        ("protocol due", dues.protocol_atoms, market.protocol_due_atoms),
        ("supply floor", backing.supply_floor_atoms, market.supply_floor_atoms),
        ("waiting", backing.waiting_atoms, market.reserve_waiting_atoms),
        ("expected", backing.expected_atoms, market.reserve_expected_atoms),
        ("supply peak", supply.peak_atoms, market.supply_peak_atoms),
        ("last supply peak", supply.last_peak_atoms, market.supply_last_peak_atoms),
        ("short supply average", supply.short_average_atoms, market.supply_short_average_atoms),
        ("long supply average", supply.long_average_atoms, market.supply_long_average_atoms),
        ("settled net", sync.settled_net_atoms, market.settled_net_atoms),
        ("standing net", sync.standing_net_atoms, market.standing_net_atoms),
        ("parameter epoch", ledger.state.parameter_epoch, found.parameter_epoch),
        ("upward drift", drift.up_used_ppm.into(), market.drift_up_ppm.into()),
        ("downward drift", drift.down_used_ppm.into(), market.drift_down_ppm.into()),
    ];
    let seconds = [
        ("supply window", supply.window_start_seconds, found.sync.supply.window_start_seconds),
        ("observed", history.observed_at_seconds, found.history.observed_at_seconds),
        ("price log", history.price_log_seconds, market.price_log_seconds),
        ("drift", drift.updated_at_seconds, found.sync.drift.updated_at_seconds),
        ("last move", sync.synced_at_seconds, found.sync.synced_at_seconds),
    ];
    let atoms = atoms.map(|(what, expected, found)| (what, i128::from(expected), i128::from(found)));
    let seconds = seconds.map(|(what, expected, found)| (what, i128::from(expected), i128::from(found)));
    let all = atoms.into_iter().chain(seconds);
    all.map(|(what, expected, found)| Compared { what: what.to_owned(), expected, found }).collect()
}
