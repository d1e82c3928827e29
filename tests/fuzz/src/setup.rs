//! Where the fuzzer runs: a chain with people, two quote mints and three listed models, and what it remembers of it.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    instructions::ConfigInitializeArgs as ExchangeConfigArgs,
    state::{ExchangeConfig, Market, MarketParams},
};
use modchains_oracle::{
    instructions::{BondMintAllowArgs, ConfigInitializeArgs as OracleConfigArgs},
    state::OracleConfig,
};
use modchains_sdk::{
    address,
    instruction::{Token, exchange, oracle},
};
use modchains_tests::{
    chain::{Chain, TOKEN, TOKEN_2022, key},
    fixture::{market_params, oracle_params},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{memory::Memory, pick::Pick, seen::Tokens, shadow_ledger::ShadowLedger};

/// How many people there are. Anybody may be trader, staker, requester, operator or creator, and try what is another's.
pub const PEOPLE: usize = 8;
/// Quote atoms that people start with, in each quote mint; the last one is very rich.
const PURSE_ATOMS: u64 = 20_000_000_000_000_000;
/// What the richest has: with everybody else's, nearly all that a mint can have.
const WHALE_ATOMS: u64 = 18_000_000_000_000_000_000;

/// Delay of configuration changes and of contributors' shares: the shortest there is.
const TIMELOCK_SECONDS: u32 = 86_400;

/// The chain and everything known about it.
#[derive(Clone)]
pub struct Setup {
    /// The chain.
    pub chain: Chain,
    /// Its accounts.
    pub ledger: ShadowLedger,
    /// What the accounts do not say: the past.
    pub memory: Memory,
    /// The people.
    pub people: Vec<Pubkey>,
    /// The quote mints.
    pub quotes: Vec<Token>,
}

/// The first admin of both configurations.
pub fn admin() -> Pubkey {
    key("admin").pubkey()
}

/// The first owner of the accounts that receive the protocol's fees.
pub fn treasury() -> Pubkey {
    key("treasury").pubkey()
}

/// Who may freeze accounts of the quote mints, as issuers can.
pub fn issuer() -> Pubkey {
    key("issuer").pubkey()
}

/// A token account of `owner` that is not its associated one.
pub fn other_account(owner: &Pubkey, mint: &Pubkey) -> Pubkey {
    key(&format!("other account of {owner} for {mint}")).pubkey()
}

impl Setup {
    /// A setup on `chain` with people and quote mints, and nothing listed yet.
    pub(crate) fn unlisted(chain: Chain) -> Self {
        let people = (0..PEOPLE).map(|index| key(&format!("person {index}")).pubkey()).collect();
        let quotes = vec![
            Token { mint: key("quote mint").pubkey(), program: TOKEN },
            Token { mint: key("newer quote mint").pubkey(), program: TOKEN_2022 },
        ];
        let mut setup = Self { chain, ledger: ShadowLedger::default(), memory: Memory::default(), people, quotes };
        setup.fund_people();
        setup
    }

    fn fund_people(&mut self) {
        for (index, quote) in self.quotes.clone().into_iter().enumerate() {
            self.put_mint(&quote, if index == 0 { 9 } else { 6 });
            self.chain.put_tokens(quote.account_of(&treasury()), quote.program, quote.mint, treasury(), 0);
            for owner in self.people.clone().into_iter().chain([treasury()]) {
                let other = other_account(&owner, &quote.mint);
                self.chain.put_tokens(other, quote.program, quote.mint, owner, 0);
            }
            for (place, person) in self.people.clone().into_iter().enumerate() {
                let atoms = if place + 1 == PEOPLE { WHALE_ATOMS } else { PURSE_ATOMS };
                self.chain.put_tokens(quote.account_of(&person), quote.program, quote.mint, person, atoms);
            }
        }
        for person in self.people.clone().into_iter().chain([treasury()]) {
            self.chain.fund(&person);
        }
    }

    /// Puts a mint whose accounts the issuer can freeze.
    fn put_mint(&mut self, token: &Token, decimals: u8) {
        self.chain.put_mint(token.mint, token.program, decimals);
        let mut account = self.chain.raw(&token.mint).expect("the mint was put there");
        account.data[46] = 1;
        account.data[50..82].copy_from_slice(issuer().as_ref());
        self.chain.svm.set_account(token.mint, account).expect("the mint can be set");
    }

    /// What markets copy at first: a tight bound on the steps of a day, so that it is reached.
    pub fn first_params() -> MarketParams {
        MarketParams { drift_max_ppm: 20_000, ..market_params() }
    }

    /// What markets copy now.
    pub fn params(&self) -> MarketParams {
        self.ledger.exchange_configs.values().next().map_or_else(Self::first_params, |config| config.params)
    }

    /// The exchange's configuration.
    pub fn exchange_config(&self) -> &ExchangeConfig {
        self.ledger.exchange_configs.values().next().expect("the setup configures the exchange")
    }

    /// The oracle's configuration.
    pub fn oracle_config(&self) -> &OracleConfig {
        self.ledger.oracle_configs.values().next().expect("the setup configures the oracle")
    }

    /// Configures the programs.
    pub(crate) fn configuration(&self) -> Vec<Instruction> {
        let exchange_args = ExchangeConfigArgs {
            treasury: treasury(),
            timelock_seconds: TIMELOCK_SECONDS,
            params: Self::first_params(),
        };
        let mut params = oracle_params();
        params.timelock_seconds = TIMELOCK_SECONDS;
        params.claim_seconds = 600;
        let mut instructions = vec![
            exchange::config_initialize(&admin(), exchange_args),
            oracle::config_initialize(&admin(), OracleConfigArgs { treasury: treasury(), params }),
        ];
        for quote in &self.quotes {
            let bond = BondMintAllowArgs {
                min_bond_atoms: 1_000_000,
                claim_bond_atoms: 10_001,
                requester_cap_atoms: 1_000_000_000_000,
            };
            instructions.push(exchange::quote_mint_allow(&admin(), &quote.mint));
            instructions.push(oracle::bond_mint_allow(&admin(), &quote.mint, bond));
        }
        instructions
    }

    /// The token of a quote mint. Markets and services only have allowed ones.
    pub fn quote(&self, mint: &Pubkey) -> Token {
        self.quotes.iter().find(|quote| quote.mint == *mint).copied().unwrap_or(self.quotes[0])
    }

    /// The token of any mint: a quote mint or a model's.
    pub fn token(&self, mint: &Pubkey) -> Token {
        let is_quote = self.quotes.iter().any(|quote| quote.mint == *mint);
        if is_quote { self.quote(mint) } else { Token { mint: *mint, program: TOKEN_2022 } }
    }

    /// What a market trades against.
    pub fn quote_of(&self, market: &Market) -> Token {
        self.quote(&market.quote_mint)
    }

    /// Atoms in the token account at `address`; zero when there is none.
    pub fn atoms(&self, address: &Pubkey) -> u64 {
        self.chain.raw(address).as_ref().and_then(Tokens::of).map_or(0, |tokens| tokens.atoms)
    }

    /// A model's market, if it is open.
    pub fn market_of(&self, model: &Pubkey) -> Option<&Market> {
        self.ledger.markets.get(&address::exchange::market(model))
    }

    /// One of the people.
    pub fn anybody(&self, pick: &mut Pick) -> Pubkey {
        *pick.one(&self.people).expect("there are people")
    }

    /// `owner` mostly, anybody else now and then.
    pub fn mostly(&self, owner: Pubkey, pick: &mut Pick) -> Pubkey {
        if pick.percent(94) { owner } else { self.anybody(pick) }
    }
}
