//! The life of one model on a chain of its own.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use modchains_migrations::config::Config;
use modchains_sdk::{
    Instruction, Pubkey, Signer, address,
    decode::{Event, ExchangeEvent, decode_event},
    exchange::{self, instructions::ConfigInitializeArgs, state::Market},
    instruction::{
        Token, exchange as market,
        oracle::{self, LicenceProof},
        token,
    },
    oracle::instructions::{
        ConfigInitializeArgs as OracleConfigArgs, OperatorRegisterArgs, RequestClaimArgs, RequestCreateArgs,
        ResultPostArgs,
    },
    quote::ask_atoms,
};
use modchains_tests::{
    chain::{Chain, TOKEN, key},
    fixture::request_args,
    idl::Program,
    world::{FEE_ATOMS, QUOTE, Side, World, quote},
};
use serde::Serialize;

use crate::market::market_price;

const HOUR_SECONDS: i64 = 3_600;
/// The only model of each chain.
const SIDE: Side = Side::A;
/// What the first and only buyer spends: about half of the depth, so that a token's price is twice its backing.
const BUY_ATOMS: u64 = 30 * QUOTE;

/// A model on the compiled programs, configured as a public cluster is.
#[derive(Clone)]
pub struct Life {
    world: World,
    addresses: Addresses,
    /// Requests so far.
    requests: u64,
    /// The part of a request that was not asked yet.
    part: f64,
    /// The request that is answered and not final yet.
    answered: Option<Pubkey>,
    paid_atoms: u64,
    trades: u64,
    started_at_seconds: i64,
}

/// What every request needs, worked out once.
#[derive(Clone, Copy)]
struct Addresses {
    quote: Token,
    model: Pubkey,
    service: Pubkey,
    requester: Pubkey,
    operator_authority: Pubkey,
    operator: Pubkey,
}

/// A market at one moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Point {
    /// Days since the start.
    pub day: f64,
    /// What requesters have paid since the start, SOL.
    pub used_sol: f64,
    /// Price of a token, lamports.
    pub price_lamports: f64,
    /// What it would be at the opening depth: the price without momentum.
    pub rest_lamports: f64,
    /// Reserve for each token in circulation, lamports.
    pub backing_lamports: f64,
    /// Depth of the curve, tokens.
    pub depth_tokens: f64,
    /// Tokens in circulation.
    pub circulating_tokens: f64,
    /// By what part the price of buys is above that of sales, fees apart.
    pub ask_over_bid: f64,
}

impl Life {
    /// Lists a model and sells half of its depth.
    pub fn open(programs: &Path) -> Result<Self> {
        let addresses = Addresses {
            quote: quote(),
            model: SIDE.model(),
            service: SIDE.service(),
            requester: SIDE.person("requester"),
            operator_authority: SIDE.person("operator"),
            operator: SIDE.operator(),
        };
        let mut life = Self {
            world: World { chain: chain(programs)? },
            addresses,
            requests: 0,
            part: 0.0,
            answered: None,
            paid_atoms: 0,
            trades: 0,
            started_at_seconds: 0,
        };
        life.send(&configuration()?)?;
        for role in ["creator", "trader", "operator", "requester"] {
            life.world.enrol(SIDE.person(role));
        }
        for instruction in life.world.listing(SIDE) {
            life.send(&[instruction])?;
        }
        let trader = SIDE.person("trader");
        let buy = life.world.buy_instruction(SIDE, "trader", BUY_ATOMS);
        life.send(&[token::create_account(&trader, &trader, &Token::of_model(&addresses.model)), buy])?;
        let bond = OperatorRegisterArgs { bond_atoms: 100 * QUOTE, cooldown_max_seconds: u32::MAX };
        let Addresses { quote, service, operator_authority, .. } = addresses;
        life.send(&[oracle::operator_register(&operator_authority, &service, &quote, bond)])?;
        Ok(life)
    }

    /// From now on days, use and trades are counted.
    pub fn begin(&mut self) {
        self.started_at_seconds = self.world.chain.now();
        (self.paid_atoms, self.trades) = (0, 0);
    }

    /// Trades since the start.
    pub const fn trades(&self) -> u64 {
        self.trades
    }

    /// Lets time pass, then does what an operator's service does every hour, and asks for what is asked meanwhile.
    pub fn pass(&mut self, hours: u32, requests_per_hour: f64) -> Result<()> {
        self.world.chain.advance(i64::from(hours) * HOUR_SECONDS);
        self.sync()?;
        self.part += requests_per_hour * f64::from(hours);
        let whole = self.part.floor();
        self.part -= whole;
        if whole > 0.0 { self.ask(whole as u64) } else { Ok(()) }
    }

    /// Makes the answer final, which closes the epoch, pays out the shares of its fee and syncs the market.
    fn sync(&mut self) -> Result<()> {
        let Addresses { quote, model, operator, .. } = self.addresses;
        let sync = market::market_sync(&model);
        match self.answered.take() {
            Some(request) => self.send(&[
                oracle::result_finalize(&model, &request, &operator),
                oracle::fees_distribute(&model, &quote),
                oracle::market_fees_distribute(&model, &quote),
                sync,
            ]),
            None => self.send(&[oracle::usage_roll(&model), sync]),
        }
    }

    /// Asks and answers. What is asked at a time is one request here, with the price of the others as its tip: a tip is
    /// shared and counted like a fee.
    fn ask(&mut self, requests: u64) -> Result<()> {
        let Addresses { quote, model, service, requester, operator_authority, .. } = self.addresses;
        let (request, bump) = address::oracle::request(&service, &requester, self.requests);
        let args = RequestCreateArgs { bump, tip_atoms: (requests - 1) * FEE_ATOMS, ..request_args(self.requests) };
        let created_at_seconds = self.world.chain.now();
        let claim = RequestClaimArgs { created_at_seconds, land_until_seconds: created_at_seconds + 1 };
        let (trace_root, output) = ([0; 32], vec![9; 41]);
        let result = ResultPostArgs { created_at_seconds, numeric_class: 0, trace_root, output };
        self.send(&[oracle::request_create(&requester, &model, &quote, LicenceProof::UNCOUNTED, args)])?;
        self.send(&[
            oracle::request_claim(&operator_authority, &service, &request, claim),
            oracle::result_post(&operator_authority, &service, &request, result),
        ])?;
        self.answered = Some(request);
        self.requests += 1;
        self.paid_atoms += requests * FEE_ATOMS;
        Ok(())
    }

    /// The market now.
    pub fn point(&self) -> Result<Point> {
        let state: Market = self.world.chain.state(&SIDE.market());
        let curve = state.curve();
        let scale = state.depth_opening_atoms as f64 / curve.depth_atoms as f64;
        let bid_atoms = curve.reserve_atoms as f64 + curve.virtual_atoms as f64;
        let rest_tokens = (state.depth_opening_atoms - curve.circulating_atoms) as f64 / 1e6;
        Ok(Point {
            day: (self.world.chain.now() - self.started_at_seconds) as f64 / (24 * HOUR_SECONDS) as f64,
            used_sol: self.paid_atoms as f64 / QUOTE as f64,
            price_lamports: market_price(&state),
            rest_lamports: bid_atoms * scale / rest_tokens,
            backing_lamports: curve.reserve_atoms as f64 / (curve.circulating_atoms as f64 / 1e6),
            depth_tokens: curve.depth_atoms as f64 / 1e6,
            circulating_tokens: curve.circulating_atoms as f64 / 1e6,
            ask_over_bid: ask_atoms(&state)? as f64 / bid_atoms - 1.0,
        })
    }

    fn send(&mut self, instructions: &[Instruction]) -> Result<()> {
        let outcome = self.world.chain.send(instructions);
        let outcome = outcome.map_err(|refusal| anyhow!("refused: {}\n{}", refusal.name, refusal.logs.join("\n")))?;
        let events = outcome.events.iter().filter_map(|data| decode_event(&exchange::ID, data));
        let is_trade = |event: &Event| {
            matches!(event, Event::Exchange(ExchangeEvent::TokensBought(_) | ExchangeEvent::TokensSold(_)))
        };
        self.trades += events.filter(is_trade).count() as u64;
        Ok(())
    }
}

/// A chain with the programs in that folder.
fn chain(programs: &Path) -> Result<Chain> {
    let read = |program: Program| {
        let path = programs.join(format!("{}.so", program.name()));
        std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
    };
    let (exchange, vault, oracle) = (read(Program::Exchange)?, read(Program::Vault)?, read(Program::Oracle)?);
    let mut chain = Chain::with(|program| match program {
        Program::Exchange => exchange.clone(),
        Program::Vault => vault.clone(),
        Program::Oracle => oracle.clone(),
    });
    chain.put_mint(quote().mint, TOKEN, 9);
    Ok(chain)
}

/// Every setting as on a public cluster.
fn configuration() -> Result<[Instruction; 4]> {
    let config = Config::default();
    let (admin, treasury) = (key("admin").pubkey(), key("treasury").pubkey());
    let exchange = &config.exchange;
    let exchange_args =
        ConfigInitializeArgs { treasury, timelock_seconds: exchange.timelock_seconds, params: exchange.market };
    let amounts = config.quote_mints.0.first().context("no quote mint is configured")?;
    Ok([
        market::config_initialize(&admin, exchange_args),
        oracle::config_initialize(&admin, OracleConfigArgs { treasury, params: config.oracle.params() }),
        market::quote_mint_allow(&admin, &quote().mint),
        oracle::bond_mint_allow(&admin, &quote().mint, amounts.bond_args()),
    ])
}
