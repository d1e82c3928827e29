//! Where the fuzzer runs: a chain with people, two quote mints and three listed models, and what it remembers of it.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    instructions::ConfigInitializeArgs as ExchangeConfigArgs,
    state::{Market, MarketParams, Model},
};
use modchains_oracle::instructions::{BondMintAllowArgs, ConfigInitializeArgs as OracleConfigArgs};
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

use crate::{
    actions::{Action, Plan, listing},
    corrupt,
    laws::{Broken, Laws, Sight, holdings},
    memory::Memory,
    pick::Pick,
    seen::{Seen, Tokens},
    shadow_ledger::ShadowLedger,
};

/// How many people there are. Anybody may be trader, staker, requester, operator or creator, and try what is another's.
pub const PEOPLE: usize = 8;
/// Quote atoms that people start with, in each quote mint; the last one is very rich.
const PURSE_ATOMS: u64 = 20_000_000_000_000_000;
/// What the richest has: with everybody else's, nearly all that a mint can have.
const WHALE_ATOMS: u64 = 18_000_000_000_000_000_000;
/// Delay of configuration changes and of contributors' shares: long enough to matter, short enough to pass often.
const TIMELOCK_SECONDS: u32 = 7_200;

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

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Nothing could be done: there was no request to claim, say.
    Skipped,
    /// Time passed.
    Waited,
    /// The transaction was accepted.
    Accepted,
    /// The transaction was refused, with the error's name.
    Refused(String),
}

/// What a step was and what came of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// How it ended.
    pub ending: Ending,
    /// The law it broke, if any.
    pub broken: Option<Broken>,
    /// In words.
    pub what: String,
}

/// The admin of both configurations.
pub fn admin() -> Pubkey {
    key("admin").pubkey()
}

/// The owner of the accounts that receive the protocol's fees.
pub fn treasury() -> Pubkey {
    key("treasury").pubkey()
}

impl Setup {
    /// A setup on `chain`, on which nothing has happened yet.
    pub fn new(chain: Chain) -> Self {
        let people = (0..PEOPLE).map(|index| key(&format!("person {index}")).pubkey()).collect();
        let quotes = vec![
            Token { mint: key("quote mint").pubkey(), program: TOKEN },
            Token { mint: key("newer quote mint").pubkey(), program: TOKEN_2022 },
        ];
        let mut setup = Self { chain, ledger: ShadowLedger::default(), memory: Memory::default(), people, quotes };
        setup.fund_people();
        for instruction in setup.configuration() {
            setup.must(vec![instruction]);
        }
        for index in 0..listing::SHAPES.len() {
            for instruction in listing::complete(&setup, index) {
                setup.must(vec![instruction]);
            }
        }
        setup
    }

    fn fund_people(&mut self) {
        for (index, quote) in self.quotes.clone().into_iter().enumerate() {
            self.chain.put_mint(quote.mint, quote.program, if index == 0 { 9 } else { 6 });
            self.chain.put_tokens(quote.account_of(&treasury()), quote.program, quote.mint, treasury(), 0);
            for (place, person) in self.people.clone().into_iter().enumerate() {
                let atoms = if place + 1 == PEOPLE { WHALE_ATOMS } else { PURSE_ATOMS };
                self.chain.put_tokens(quote.account_of(&person), quote.program, quote.mint, person, atoms);
            }
        }
        for person in self.people.clone() {
            self.chain.fund(&person);
        }
    }

    fn configuration(&self) -> Vec<Instruction> {
        // A tight bound on the steps of a day, so that it is reached.
        let market = MarketParams { drift_max_ppm: 20_000, ..market_params() };
        let exchange_args =
            ExchangeConfigArgs { treasury: treasury(), timelock_seconds: TIMELOCK_SECONDS, params: market };
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

    /// Sends what the setup itself relies on.
    #[track_caller]
    fn must(&mut self, instructions: Vec<Instruction>) {
        let seen = Seen::send(&mut self.chain, instructions, false);
        if let Err(refusal) = &seen.result {
            panic!("the setup failed: {}\n{}", refusal.name, refusal.logs.join("\n"));
        }
        seen.write_to(&mut self.ledger);
        self.remember(&seen);
    }

    /// Runs one step: `action` with the choices of `seed`.
    pub fn step(&mut self, action: &Action, seed: u64, laws: &mut Laws) -> Step {
        let mut pick = Pick::new(seed);
        let Some(mut plan) = (action.build)(self, &mut pick) else {
            return Step { ending: Ending::Skipped, broken: None, what: String::new() };
        };
        let mut what = std::mem::take(&mut plan.what);
        if plan.instructions.is_empty() {
            self.chain.advance(plan.wait_seconds);
            return Step { ending: Ending::Waited, broken: None, what };
        }
        let corrupted = pick.percent(corrupt::PERCENT) && corrupt::corrupt(self, &mut plan.instructions, &mut pick);
        if corrupted {
            what.push_str(", with a wrong account");
        }
        let seen = Seen::send(&mut self.chain, std::mem::take(&mut plan.instructions), corrupted);
        if seen.result.is_ok() {
            seen.write_to(&mut self.ledger);
        }
        let broken = laws.check(&Sight { setup: self, plan: &plan, seen: &seen });
        let ending = match &seen.result {
            Ok(_) => Ending::Accepted,
            Err(refusal) => Ending::Refused(refusal.name.clone()),
        };
        if ending == Ending::Accepted {
            self.remember(&seen);
        }
        Step { ending, broken, what }
    }

    fn remember(&mut self, seen: &Seen) {
        self.memory.record(seen);
        if seen.corrupted {
            for (account, atoms) in holdings::surplus(self) {
                *self.memory.gifts.entry(account).or_default() += atoms;
            }
        }
        // Whoever may hold a new model's token gets an account for it.
        for mint in seen.changes::<Model>().filter(|change| change.before.is_none()) {
            let token = Token::of_model(&mint.address);
            for person in self.people.iter().copied().chain([treasury()]) {
                self.chain.put_tokens(token.account_of(&person), token.program, token.mint, person, 0);
            }
        }
    }

    /// The token of a quote mint. Markets and services only have allowed ones.
    pub fn quote(&self, mint: &Pubkey) -> Token {
        self.quotes.iter().find(|quote| quote.mint == *mint).copied().unwrap_or(self.quotes[0])
    }

    /// What a market trades against.
    pub fn quote_of(&self, market: &Market) -> Token {
        self.quote(&market.quote_mint)
    }

    /// Atoms in the token account at `address`; zero when there is none.
    pub fn atoms(&self, address: &Pubkey) -> u64 {
        self.chain.raw(address).as_ref().and_then(Tokens::of).map_or(0, |tokens| tokens.atoms)
    }

    /// The mints of all pools of a vault, by their index.
    pub fn revenue_mints(&self, vault: &Pubkey) -> Vec<Pubkey> {
        let mut pools: Vec<_> = self.ledger.pools.values().filter(|pool| pool.vault == *vault).collect();
        pools.sort_by_key(|pool| pool.index);
        pools.iter().map(|pool| pool.revenue_mint).collect()
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

impl Plan {
    /// A transaction of one instruction.
    pub fn one(instruction: Instruction, what: String) -> Self {
        Self { instructions: vec![instruction], what, ..Self::default() }
    }
}
