//! A side's accounts, read from the chain, and the events of a transaction.

use anchor_lang::{AnchorDeserialize, Discriminator, Event, event::EVENT_IX_TAG_LE, prelude::Pubkey};
use modchains_exchange::state::{Market, Model, Referral};
use modchains_oracle::state::{Operator, Request, Service, Usage};
use modchains_sdk::{address, instruction::Token};
use modchains_vault::state::{Position, RevenuePool, Vault};

use crate::{
    chain::Outcome,
    world::{Side, World, quote},
};

impl Side {
    /// The quote token account of a person of this side.
    pub fn quote_account(self, role: &str) -> Pubkey {
        quote().account_of(&self.person(role))
    }

    /// The account of this side's model token of a person of this side.
    pub fn token_account(self, role: &str) -> Pubkey {
        Token::of_model(&self.model()).account_of(&self.person(role))
    }

    /// This side's model token.
    pub fn mint(self) -> Pubkey {
        address::exchange::mint(&self.model())
    }

    /// Where this side's market keeps its quote atoms.
    pub fn quote_vault(self) -> Pubkey {
        address::exchange::quote_vault(&self.market())
    }

    /// Where this side's vault keeps staked tokens.
    pub fn stake_tokens(self) -> Pubkey {
        address::vault::stake_tokens(&self.vault())
    }

    /// Where this side's pool keeps its revenue.
    pub fn pool_tokens(self) -> Pubkey {
        address::vault::pool_tokens(&self.pool())
    }

    /// Where this side's service keeps what it owes.
    pub fn escrow(self) -> Pubkey {
        address::oracle::escrow(&self.service())
    }
}

impl World {
    /// A side's model.
    pub fn model(&self, side: Side) -> Model {
        self.chain.state(&side.model())
    }

    /// A side's market.
    pub fn market(&self, side: Side) -> Market {
        self.chain.state(&side.market())
    }

    /// What a side's staker has earned by referring, once that was opened.
    pub fn referral(&self, side: Side) -> Referral {
        self.chain.state(&address::exchange::referral(&side.market(), &side.person("staker")))
    }

    /// A side's vault.
    pub fn vault(&self, side: Side) -> Vault {
        self.chain.state(&side.vault())
    }

    /// A side's revenue pool.
    pub fn pool(&self, side: Side) -> RevenuePool {
        self.chain.state(&side.pool())
    }

    /// The position of a person of a side.
    pub fn position(&self, side: Side, role: &str) -> Position {
        self.chain.state(&address::vault::position(&side.vault(), &side.person(role)))
    }

    /// A side's service.
    pub fn service(&self, side: Side) -> Service {
        self.chain.state(&side.service())
    }

    /// A side's usage.
    pub fn usage(&self, side: Side) -> Usage {
        self.chain.state(&side.usage())
    }

    /// A side's operator.
    pub fn operator(&self, side: Side) -> Operator {
        self.chain.state(&side.operator())
    }

    /// A side's request `nonce`.
    pub fn request_state(&self, side: Side, nonce: u64) -> Request {
        self.chain.state(&side.request(nonce))
    }

    /// Token atoms of a mint in circulation.
    pub fn supply(&self, mint: &Pubkey) -> u64 {
        let account = self.chain.raw(mint).expect("the mint exists");
        u64::from_le_bytes(account.data[36..44].try_into().expect("a mint has a supply"))
    }

    /// Quote atoms in the account of a person of a side.
    pub fn quote_atoms(&self, side: Side, role: &str) -> u64 {
        self.chain.token_atoms(&side.quote_account(role))
    }

    /// Model token atoms in the account of a person of a side.
    pub fn model_atoms(&self, side: Side, role: &str) -> u64 {
        self.chain.token_atoms(&side.token_account(role))
    }
}

impl Outcome {
    /// The only event of type `E`.
    #[track_caller]
    pub fn event<E: Event + AnchorDeserialize + Discriminator>(&self) -> E {
        let bodies = self.events.iter().filter_map(|data| data.strip_prefix(EVENT_IX_TAG_LE));
        let mut found = bodies.filter_map(|body| body.strip_prefix(E::DISCRIMINATOR));
        let mut fields = found.next().expect("the event was emitted");
        assert!(found.next().is_none(), "the event was emitted twice");
        E::deserialize(&mut fields).expect("the event decodes")
    }
}
