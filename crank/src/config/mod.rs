//! Settings: a TOML file, overridden by environment variables, checked all at once.
//!
//! A variable is `MODCHAINS_CRANK_` and the setting's name in capitals, with two underscores between section and name:
//! `MODCHAINS_CRANK_RPC_URL`, `MODCHAINS_CRANK_WORKER__THREADS`. Unknown names are refused in both places.

mod check;
mod sections;

pub use check::{ConfigProblem, ConfigProblems};
pub use sections::{ChainSettings, Commitment, JobSettings, LogFormat, LogSettings, WorkerSettings};

use std::path::{Path, PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::{Deserialize, Serialize};
use url::Url;

/// Prefix of the environment variables that override settings.
pub const ENVIRONMENT_PREFIX: &str = "MODCHAINS_CRANK_";

/// All settings of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// JSON-RPC endpoint, http or https.
    pub rpc_url: String,
    /// Websocket endpoint; derived from `rpc_url` if absent (see [`Config::websocket_url`]).
    #[serde(default)]
    pub ws_url: Option<String>,
    /// Key file of the operator: a JSON array of 64 bytes, readable by its owner alone.
    pub keypair: PathBuf,
    /// SQLite file of the journal; its folder must exist.
    pub journal: PathBuf,
    /// Stop when the process that started the service has ended.
    #[serde(default)]
    pub exit_with_parent: bool,
    /// Addresses of the three programs; if given, they must be those that this binary was built for.
    #[serde(default)]
    pub programs: Option<Programs>,
    /// Models this operator answers for.
    pub bundles: Vec<BundleSetting>,
    /// The worker processes, one pool per bundle.
    #[serde(default)]
    pub worker: WorkerSettings,
    /// Sending and watching.
    #[serde(default)]
    pub chain: ChainSettings,
    /// What the service does besides answering.
    #[serde(default)]
    pub jobs: JobSettings,
    /// Log output.
    #[serde(default)]
    pub log: LogSettings,
}

/// Program addresses, base58.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// Registry and market.
    pub exchange: String,
    /// Staking and revenue.
    pub vault: String,
    /// Requests and results.
    pub oracle: String,
}

/// A bundle and the model it answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleSetting {
    /// Folder of the bundle.
    pub dir: PathBuf,
    /// Address of the model's account, base58.
    pub model: String,
}

/// A configuration that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is missing or unreadable.
    #[error("{path}: cannot be read ({source}); write the file or name another with --config")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A setting is missing, unknown or of the wrong type.
    #[error("{path}: {source}; correct the setting in the file or in its MODCHAINS_CRANK_ variable")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the setting's name.
        source: Box<figment::Error>,
    },
}

impl ConfigError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config_unreadable",
            Self::Malformed { .. } => "config_malformed",
        }
    }
}

impl Config {
    /// Reads the file and the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`] when the settings do not have the documented form; [`Config::check`] looks at what they mean.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_from(path, Env::prefixed(ENVIRONMENT_PREFIX).split("__"))
    }

    fn load_from(path: &Path, environment: impl figment::Provider) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
        let figment = Figment::new().merge(Toml::string(&text)).merge(environment);
        figment
            .extract()
            .map_err(|source| ConfigError::Malformed { path: path.to_path_buf(), source: Box::new(source) })
    }

    /// The websocket endpoint: as set, or the RPC endpoint with `ws` for `http` and, if it names a port, the next port,
    /// which is where Solana's validator listens.
    #[must_use]
    pub fn websocket_url(&self) -> Option<String> {
        if let Some(url) = &self.ws_url {
            return Some(url.clone());
        }
        let mut url = Url::parse(&self.rpc_url).ok()?;
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).ok()?;
        if let Some(port) = url.port() {
            url.set_port(Some(port.checked_add(1)?)).ok()?;
        }
        Some(url.into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]
    use std::time::Duration;

    use figment::providers::Serialized;

    use super::*;

    const MINIMAL: &str = "rpc_url = 'http://127.0.0.1:8899'\nkeypair = 'k.json'\njournal = 'j.db'\nbundles = []\n";

    fn load(text: &str, overrides: &[(&str, u16)]) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let overrides = overrides
            .iter()
            .fold(Figment::new(), |figment, (key, value)| figment.merge(Serialized::default(key, value)));
        Config::load_from(file.path(), overrides)
    }

    #[test]
    fn defaults_fill_in_and_a_later_source_overrides_one_setting_of_a_section() {
        let config = load(MINIMAL, &[("worker.threads", 3)]).unwrap();
        assert_eq!(config.worker, WorkerSettings { threads: 3, ..WorkerSettings::default() });
        assert_eq!(config.worker.limits().batch_timeout, Duration::from_secs(10));
    }

    #[test]
    fn the_example_file_has_every_setting_and_the_defaults() {
        let config = load(include_str!("../../crank.example.toml"), &[]).unwrap();
        assert_eq!(config.worker, WorkerSettings::default());
        assert_eq!(config.chain, ChainSettings::default());
        assert_eq!(config.jobs, JobSettings::default());
        assert_eq!(config.log, LogSettings::default());
        let table: toml::Table = include_str!("../../crank.example.toml").parse().unwrap();
        let written = toml::Table::try_from(&config).unwrap();
        assert_eq!(table, written);
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let error = load(&format!("{MINIMAL}[worker]\nthread = 2\n"), &[]).unwrap_err();
        assert!(error.to_string().contains("thread"), "{error}");
        assert_eq!(error.label(), "config_malformed");
    }

    #[test]
    fn the_websocket_endpoint_follows_from_the_rpc_endpoint() {
        let mut config = load(MINIMAL, &[]).unwrap();
        assert_eq!(config.websocket_url().unwrap(), "ws://127.0.0.1:8900/");
        config.rpc_url = "https://rpc.example.org/key".to_owned();
        assert_eq!(config.websocket_url().unwrap(), "wss://rpc.example.org/key");
        config.ws_url = Some("ws://elsewhere/".to_owned());
        assert_eq!(config.websocket_url().unwrap(), "ws://elsewhere/");
    }
}
