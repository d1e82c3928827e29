//! What must hold after every transaction, whatever it was. Each law is computed from the bytes of the accounts, with
//! numbers that cannot overflow; only one of them, the last about trades, asks the formulas of `sdk/core`. `model` holds
//! markets and usage against a model of both.

mod access;
mod bonds;
mod claims;
pub mod holdings;
mod law;
mod markets;
pub mod model;
mod rent;
mod requests;
mod roles;
pub mod services;
mod shares;
mod syncs;
mod tokens;
pub mod trades;
pub mod vault;

use std::collections::BTreeMap;

pub use self::law::{Law, Sight};

/// A law that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub law: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// What was found instead.
    pub detail: String,
}

/// All laws, and how often each was found to hold.
pub struct Laws {
    laws: Vec<Law>,
    /// Facts found to hold, by law.
    pub held: BTreeMap<&'static str, u64>,
}

impl Laws {
    /// All of them, nothing checked yet.
    pub fn new() -> Self {
        Self { laws: all(), held: BTreeMap::new() }
    }

    /// The first law that the transaction broke, if any.
    pub fn check(&mut self, sight: &Sight) -> Option<Broken> {
        for law in &self.laws {
            match (law.check)(sight) {
                Ok(facts) => *self.held.entry(law.name).or_default() += facts,
                Err(detail) => return Some(Broken { law: law.name, sentence: law.sentence, detail }),
            }
        }
        None
    }
}

impl Default for Laws {
    fn default() -> Self {
        Self::new()
    }
}

/// Every law, in the order in which they are checked.
pub fn all() -> Vec<Law> {
    [
        tokens::LAWS,
        markets::LAWS,
        holdings::LAWS,
        trades::LAWS,
        syncs::LAWS,
        model::LAWS,
        access::LAWS,
        roles::LAWS,
        claims::LAWS,
        rent::LAWS,
        shares::LAWS,
        &vault::LAWS.concat(),
        requests::LAWS,
        services::LAWS,
        bonds::LAWS,
    ]
    .concat()
}
