//! A chain on which everything is set up twice: two models, each with market, vault, service and its own people, so
//! that every account of one has a sibling in the other.

use std::sync::OnceLock;

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    instructions::{ConfigInitializeArgs as ExchangeConfigArgs, MarketOpenArgs},
    state::{ExchangeConfig, LaunchArgs, MarketTradeArgs, QuoteTerms, TradeAmount},
};
use modchains_oracle::instructions::{
    BondMintAllowArgs, ConfigInitializeArgs as OracleConfigArgs, OperatorRegisterArgs, ServiceOpenArgs,
};
use modchains_sdk::{
    address,
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        oracle, token, vault,
    },
};
use modchains_vault::{instructions::VaultOpenArgs, state::VaultTerms};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::chain::{Chain, TOKEN, key};
pub use crate::{fixture::*, request::*};

/// One SOL, and one token of the quote mint, in atoms.
pub const QUOTE: u64 = 1_000_000_000;
/// Quote atoms that every person starts with.
pub const PURSE_ATOMS: u64 = 1_000_000 * QUOTE;
/// Opening depth of every market, token atoms.
pub const DEPTH_ATOMS: u64 = 1_000_000_000_000_000;
/// Opening virtual reserve of every market, quote atoms.
pub const VIRTUAL_ATOMS: u64 = 30 * QUOTE;
/// Price of a request, quote atoms.
pub const FEE_ATOMS: u64 = QUOTE / 20;
/// Length of an epoch of market and usage.
pub const EPOCH_SECONDS: u32 = 3_600;
/// Time to challenge a result.
pub const CHALLENGE_SECONDS: u32 = 600;
/// Time between claim and result.
pub const CLAIM_SECONDS: u32 = 30;
/// Cooldown of stakes and bonds.
pub const COOLDOWN_SECONDS: u32 = 86_400;
/// Delay of a change of configuration.
pub const TIMELOCK_SECONDS: u32 = 172_800;
/// Time over which revenue reaches stakers.
pub const STREAM_SECONDS: u32 = 604_800;
/// Longest wait a requester may ask for, which all tests do.
pub const WAIT_SECONDS: u32 = 300;

/// One of the two models and its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The model under test.
    A,
    /// Its sibling.
    B,
}

/// A chain with configuration and, when ready, both sides.
#[derive(Clone)]
pub struct World {
    /// The chain.
    pub chain: Chain,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// A referrer and the instructions sysvar: every part that a trade can have.
    pub fn full_route(self) -> TradeRoute {
        TradeRoute { referrer: Some(self.person("staker")), launch: true }
    }

    fn label(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The address of a person of this side: creator, trader, staker, operator, requester.
    pub fn person(self, role: &str) -> Pubkey {
        key(&format!("{role} {}", self.label())).pubkey()
    }

    /// Name of this side's model.
    pub fn model_name(self) -> String {
        format!("Digits {}", self.label())
    }

    /// This side's model.
    pub fn model(self) -> Pubkey {
        address::exchange::model(&self.person("creator"), &self.model_name())
    }

    /// This side's market.
    pub fn market(self) -> Pubkey {
        address::exchange::market(&self.model())
    }

    /// This side's vault.
    pub fn vault(self) -> Pubkey {
        address::vault::vault(&self.model())
    }

    /// This side's revenue pool.
    pub fn pool(self) -> Pubkey {
        address::vault::pool(&self.vault(), &quote().mint)
    }

    /// This side's staker's position.
    pub fn position(self) -> Pubkey {
        address::vault::position(&self.vault(), &self.person("staker"))
    }

    /// This side's service.
    pub fn service(self) -> Pubkey {
        address::oracle::service(&self.model())
    }

    /// This side's usage.
    pub fn usage(self) -> Pubkey {
        address::oracle::usage(&self.model())
    }

    /// This side's operator account.
    pub fn operator(self) -> Pubkey {
        address::oracle::operator(&self.service(), &self.person("operator"))
    }

    /// This side's request number `nonce`.
    pub fn request(self, nonce: u64) -> Pubkey {
        address::oracle::request(&self.service(), &self.person("requester"), nonce).0
    }
}

/// The quote token of every market: a classic mint with nine decimals.
pub fn quote() -> Token {
    Token { mint: key("quote mint").pubkey(), program: TOKEN }
}

impl World {
    /// Only the programs and the quote mint.
    pub fn blank() -> Self {
        let mut chain = Chain::new();
        chain.put_mint(quote().mint, TOKEN, 9);
        Self { chain }
    }

    /// Configured, with nothing listed.
    pub fn configured() -> Self {
        let mut world = Self::blank();
        let instructions = world.configuration();
        world.chain.must(&instructions);
        world
    }

    /// Both sides complete: markets traded, stakes placed, operators bonded, requesters funded.
    pub fn ready() -> Self {
        static READY: OnceLock<World> = OnceLock::new();
        READY
            .get_or_init(|| {
                let mut world = Self::configured();
                Side::BOTH.into_iter().for_each(|side| world.set_up(side));
                world
            })
            .clone()
    }

    /// The instructions that configure the programs, in order.
    pub fn configuration(&self) -> Vec<Instruction> {
        let (admin, treasury) = (key("admin").pubkey(), key("treasury").pubkey());
        let params = market_params();
        let bond_mint = BondMintAllowArgs {
            min_bond_atoms: QUOTE,
            claim_bond_atoms: QUOTE / 100,
            requester_cap_atoms: 1_000 * FEE_ATOMS,
        };
        vec![
            exchange::config_initialize(
                &admin,
                ExchangeConfigArgs { treasury, timelock_seconds: TIMELOCK_SECONDS, params },
            ),
            oracle::config_initialize(&admin, OracleConfigArgs { treasury, params: oracle_params() }),
            exchange::quote_mint_allow(&admin, &quote().mint),
            oracle::bond_mint_allow(&admin, &quote().mint, bond_mint),
        ]
    }

    fn set_up(&mut self, side: Side) {
        for role in ["creator", "trader", "staker", "operator", "requester"] {
            self.enrol(side.person(role));
        }
        for instruction in self.listing(side) {
            self.chain.must(&[instruction]);
        }
        for role in ["trader", "staker"] {
            let person = side.person(role);
            self.chain.must(&[token::create_account(&person, &person, &Token::of_model(&side.model()))]);
            self.buy(side, role, 10 * QUOTE);
        }
        let (staker, operator) = (side.person("staker"), side.person("operator"));
        let held = self.chain.token_atoms(&Token::of_model(&side.model()).account_of(&staker));
        let bond = OperatorRegisterArgs { bond_atoms: 100 * QUOTE, cooldown_max_seconds: COOLDOWN_SECONDS };
        self.chain.must(&[
            vault::position_open(&staker, &side.model()),
            vault::stake(&staker, &side.model(), revenue_mints(), stake_args(held / 2)),
            oracle::operator_register(&operator, &side.service(), &quote(), bond),
        ]);
    }

    /// Gives a person lamports and quote tokens.
    pub fn enrol(&mut self, person: Pubkey) {
        self.chain.fund(&person);
        self.chain.put_tokens(quote().account_of(&person), quote().program, quote().mint, person, PURSE_ATOMS);
    }

    /// The instructions that list a side's model, from registration to an open service, in order.
    pub fn listing(&self, side: Side) -> Vec<Instruction> {
        let (creator, model) = (side.person("creator"), side.model());
        let terms = VaultTerms { cooldown_seconds: COOLDOWN_SECONDS, stream_seconds: STREAM_SECONDS };
        let config: ExchangeConfig = self.chain.state(&address::exchange::config());
        let market = MarketOpenArgs { params: config.params, ..open_args() };
        vec![
            exchange::model_register(&creator, register_args(&side.model_name())),
            exchange::model_version_publish(&creator, &model, 1, version_args()),
            exchange::market_open(&creator, &model, &quote(), market),
            vault::vault_open(&creator, &model, &quote(), VaultOpenArgs { terms: Some(terms) }),
            oracle::service_open(&creator, &model, 1, &quote(), ServiceOpenArgs { terms: service_terms() }),
        ]
    }

    /// Buys for `quote_atoms_in` without a limit.
    pub fn buy(&mut self, side: Side, role: &str, quote_atoms_in: u64) {
        let instruction = self.buy_instruction(side, role, quote_atoms_in);
        self.chain.must(&[instruction]);
    }

    /// A buy without a limit.
    pub fn buy_instruction(&self, side: Side, role: &str, quote_atoms_in: u64) -> Instruction {
        let args = exact_in(quote_atoms_in, 0, fresh_terms(&self.chain));
        exchange::market_buy(&side.person(role), &side.model(), &quote(), args, TradeRoute::default())
    }

    /// A sale without a limit.
    pub fn sell_instruction(&self, side: Side, role: &str, token_atoms_in: u64) -> Instruction {
        let args = exact_in(token_atoms_in, 0, fresh_terms(&self.chain));
        exchange::market_sell(&side.person(role), &side.model(), &quote(), args, TradeRoute::default())
    }

    /// A buy with every part that a trade can have: a referrer, and the instructions sysvar.
    pub fn referred_buy_instruction(&self, side: Side) -> Instruction {
        let args = exact_in(QUOTE, 0, fresh_terms(&self.chain));
        exchange::market_buy(&side.person("trader"), &side.model(), &quote(), args, side.full_route())
    }

    /// A sale with every part that a trade can have.
    pub fn referred_sell_instruction(&self, side: Side) -> Instruction {
        let args = exact_in(1_000_000_000, 0, fresh_terms(&self.chain));
        exchange::market_sell(&side.person("trader"), &side.model(), &quote(), args, side.full_route())
    }

    /// Has the model used and paid for, closes the epoch and syncs: the curve moves up.
    pub fn move_curve_up(&mut self, side: Side) {
        self.serve(side, u64::MAX);
        self.chain.advance(EPOCH_SECONDS.into());
        self.chain.must(&[oracle::usage_roll(&side.model()), exchange::market_sync(&side.model())]);
    }
}

/// What every market opens with: no launch protection.
pub fn open_args() -> MarketOpenArgs {
    let (depth_atoms, virtual_atoms, launch) = (DEPTH_ATOMS, VIRTUAL_ATOMS, LaunchArgs::default());
    MarketOpenArgs { depth_atoms, virtual_atoms, launch, params: market_params() }
}

/// A trade that gives exactly `atoms_in`.
pub fn exact_in(atoms_in: u64, min_atoms_out: u64, terms: QuoteTerms) -> MarketTradeArgs {
    MarketTradeArgs { amount: TradeAmount::ExactIn { atoms_in, min_atoms_out }, terms }
}

/// A trade that gets exactly `atoms_out`.
pub fn exact_out(atoms_out: u64, max_atoms_in: u64, terms: QuoteTerms) -> MarketTradeArgs {
    MarketTradeArgs { amount: TradeAmount::ExactOut { atoms_out, max_atoms_in }, terms }
}
