//! What must hold after every transaction, whatever it was. Each law is computed from the bytes of the accounts, with
//! numbers that cannot overflow; only one of them, the last about trades, asks the formulas of `sdk/core`.

mod access;
mod bonds;
mod claims;
pub mod holdings;
mod markets;
mod requests;
mod revenue;
mod shares;
mod syncs;
mod tokens;
pub mod trades;

use std::collections::BTreeMap;

use num_bigint::BigUint;

use crate::{actions::Plan, seen::Seen, setup::Setup};

/// How many facts a law found to hold, or the one that does not.
pub type Verdict = Result<u64, String>;

/// Something that must hold.
#[derive(Clone, Copy)]
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// In one sentence.
    pub sentence: &'static str,
    /// Checks it.
    pub check: fn(&Sight) -> Verdict,
}

/// What a law looks at. The setup's accounts are those after the transaction, its memory is that before it.
pub struct Sight<'a> {
    /// The setup.
    pub setup: &'a Setup,
    /// What was planned.
    pub plan: &'a Plan,
    /// What happened.
    pub seen: &'a Seen,
}

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
        access::LAWS,
        claims::LAWS,
        shares::LAWS,
        revenue::LAWS,
        requests::LAWS,
        bonds::LAWS,
    ]
    .concat()
}

/// A number without bounds.
pub fn big(value: u64) -> BigUint {
    BigUint::from(value)
}

/// Fails with words unless a condition holds.
macro_rules! hold {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err(format!($($words)+));
        }
    };
}
pub(crate) use hold;
