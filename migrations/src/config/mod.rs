//! What the steps set, from a TOML file. Every value has a default; the keys are the fields of the programs' parameters.

mod settings;

use std::{fs, path::Path};

use modchains_core::market::MarketParams;
use modchains_sdk::{
    Pubkey, address,
    exchange::state::{TIMELOCK_SECONDS_MAX, TIMELOCK_SECONDS_MIN},
    oracle::{
        instructions::BondMintAllowArgs,
        state::{OracleParams, UsageSplit},
    },
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::settings::TIMELOCK_SECONDS;
use crate::{MigrateError, Result};

pub use settings::{Difference, ServiceSettings, SplitSettings, market_differences, oracle_differences};

/// What the steps set.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The exchange's configuration.
    pub exchange: ExchangeSettings,
    /// The oracle's configuration.
    pub oracle: OracleSettings,
    /// Mints that markets may trade against and services may charge.
    pub quote_mints: QuoteMints,
}

/// The exchange's configuration.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExchangeSettings {
    /// Owner of the token accounts that receive the protocol's fees; the deployer when not given.
    pub treasury: Option<Address>,
    /// Delay of every later change, a day to 30 days.
    pub timelock_seconds: u32,
    /// What markets copy when they open.
    pub market: MarketParams,
}

impl Default for ExchangeSettings {
    fn default() -> Self {
        Self { treasury: None, timelock_seconds: TIMELOCK_SECONDS, market: MarketParams::DEFAULT }
    }
}

/// The oracle's configuration.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OracleSettings {
    /// Owner of the token accounts that receive the protocol's fees; the deployer when not given.
    pub treasury: Option<Address>,
    /// What services copy.
    pub service: ServiceSettings,
    /// The split of services whose creator names none.
    pub split: SplitSettings,
}

/// The list of quote mints. A newtype, because its default is wrapped SOL and not an empty list.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct QuoteMints(pub Vec<QuoteMint>);

impl Default for QuoteMints {
    fn default() -> Self {
        Self(vec![QuoteMint {
            mint: Address(address::WRAPPED_SOL_MINT),
            min_bond_atoms: 100_000_000,
            claim_bond_atoms: 10_000_000,
            requester_cap_atoms: 1_000_000_000,
        }])
    }
}

/// A mint to allow, with the amounts that depend on its unit.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteMint {
    /// The mint.
    pub mint: Address,
    /// Smallest bond of an operator and of a result, in atoms.
    pub min_bond_atoms: u64,
    /// Bond locked by a claim, in atoms.
    pub claim_bond_atoms: u64,
    /// Most fees of one requester and epoch that count as usage, in atoms.
    pub requester_cap_atoms: u64,
}

impl QuoteMint {
    /// In the form the oracle takes.
    pub const fn bond_args(&self) -> BondMintAllowArgs {
        BondMintAllowArgs {
            min_bond_atoms: self.min_bond_atoms,
            claim_bond_atoms: self.claim_bond_atoms,
            requester_cap_atoms: self.requester_cap_atoms,
        }
    }
}

/// An address, written in base58.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Pubkey);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refuse = |_| serde::de::Error::custom(format!("`{text}` is not an address: expected 32 bytes in base58"));
        text.parse().map(Self).map_err(refuse)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl OracleSettings {
    /// In the form the oracle takes.
    pub const fn params(&self) -> OracleParams {
        OracleParams {
            challenge_window_seconds: self.service.challenge_window_seconds,
            claim_seconds: self.service.claim_seconds,
            cooldown_seconds: self.service.cooldown_seconds,
            epoch_seconds: self.service.epoch_seconds,
            bond_multiple_bps: self.service.bond_multiple_bps,
            timelock_seconds: self.service.timelock_seconds,
            split: UsageSplit {
                operator_bps: self.split.operator_bps,
                vault_bps: self.split.vault_bps,
                creator_bps: self.split.creator_bps,
                reserve_bps: self.split.reserve_bps,
                protocol_bps: self.split.protocol_bps,
            },
            operator_min_bps: self.service.operator_min_bps,
            reserve_min_bps: self.service.reserve_min_bps,
            protocol_min_bps: self.service.protocol_min_bps,
        }
    }
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When it cannot be read, has a key nobody knows, or a value the programs would refuse.
    pub fn load(path: &Path) -> Result<Self> {
        let refuse = |reason: String| MigrateError::ConfigInvalid { path: path.to_owned(), reason };
        let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let config: Self = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        config.exchange.market.validate().map_err(|error| refuse(format!("[exchange.market]: {error}")))?;
        config.oracle.params().validate().map_err(|error| refuse(format!("[oracle]: {error}")))?;
        let bounds = TIMELOCK_SECONDS_MIN..=TIMELOCK_SECONDS_MAX;
        if !bounds.contains(&config.exchange.timelock_seconds) {
            return Err(refuse(format!("[exchange]: timelock_seconds is not {} to {}", bounds.start(), bounds.end())));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn load(text: &str) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.toml");
        fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    #[test]
    fn an_empty_file_gives_defaults_that_the_programs_accept() {
        let config = load("").unwrap();
        assert_eq!(config.quote_mints.0[0].mint.0, address::WRAPPED_SOL_MINT);
        assert!(market_differences(&config.exchange.market, &config.exchange.market).is_empty());
        assert!(oracle_differences(&config.oracle.params(), &config.oracle.params()).is_empty());
    }

    #[test]
    fn a_file_may_set_one_value() {
        let config = load("[exchange.market]\nepoch_seconds = 10\n").unwrap();
        let differences = market_differences(&config.exchange.market, &MarketParams::DEFAULT);
        let expected = Difference { setting: "epoch_seconds".into(), on_chain: "3600".into(), in_file: "10".into() };
        assert_eq!(differences, [expected]);
    }

    #[test]
    fn every_parameter_of_the_oracle_that_differs_is_named() {
        let before = Config::default().oracle.params();
        let mut after = before;
        (after.claim_seconds, after.split.vault_bps) = (90, 1_300);
        let names = |of: Vec<Difference>| of.into_iter().map(|found| found.setting).collect::<Vec<_>>();
        assert_eq!(names(oracle_differences(&after, &before)), ["claim_seconds", "vault_bps"]);
    }

    #[test]
    fn unknown_keys_and_values_out_of_bounds_are_refused() {
        for text in [
            "[exchange]\ntimelock = 1",
            "[exchange]\ntimelock_seconds = 86399",
            "[oracle.service]\ntimelock_seconds = 0",
            "[exchange.market]\nfee_bps = 9999",
            "[oracle.split]\noperator_bps = 1",
            "[exchange]\ntreasury = \"nobody\"",
            "[[quote_mints]]\nmint = \"11111111111111111111111111111111\"",
        ] {
            assert!(matches!(load(text), Err(MigrateError::ConfigInvalid { .. })), "{text}");
        }
    }

    #[test]
    fn a_written_configuration_reads_back() {
        let text = toml::to_string(&Config::default()).unwrap();
        assert_eq!(toml::to_string(&load(&text).unwrap()).unwrap(), text);
    }
}
