//! Settings: a TOML file, overridden by environment variables, checked all at once.
//!
//! A variable is `MODCHAINS_CRANK_` and the setting's name in capitals, with two underscores between section and name:
//! `MODCHAINS_CRANK_RPC_URL`, `MODCHAINS_CRANK_WORKER__THREADS`. Unknown names are refused in both places.
//! Relative paths in the file are taken from the file's folder, those in variables from the working folder.

mod check;
mod environment;
mod sections;

use std::path::{Path, PathBuf};

pub use check::{ConfigProblem, ConfigProblems};
pub use environment::{ENVIRONMENT_PREFIX, VariableError};
pub use sections::{ChainSettings, Commitment, JobSettings, LogFormat, LogSettings, WorkerSettings};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use url::Url;

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
    #[error("{path}: cannot be read ({source}); write one with `modchains-crank init`, or name another with --config")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A setting is missing, unknown or of the wrong type.
    #[error("{path}: {problem}; correct the setting in the file or in its MODCHAINS_CRANK_ variable")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the setting's name.
        problem: String,
    },
    /// A variable's text does not fit its setting.
    #[error("{0}; correct the variable")]
    Variable(#[from] VariableError),
}

impl ConfigError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config_unreadable",
            Self::Malformed { .. } => "config_malformed",
            Self::Variable(_) => "config_variable",
        }
    }
}

impl Config {
    /// Reads the file and the process's environment. Relative paths in the file are taken from the file's folder, those
    /// in variables from the working folder.
    ///
    /// # Errors
    /// [`ConfigError`] when the settings do not have the documented form; [`Config::check`] looks at what they mean.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        // Other programs' variables need not be text.
        let variables =
            std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
        Self::load_from(path, variables)
    }

    fn load_from(path: &Path, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
        let malformed = |problem: String| ConfigError::Malformed { path: path.to_path_buf(), problem };
        let mut settings: Table = text.parse().map_err(|error| malformed(problem_in(&text, &error)))?;
        if let Some(folder) = path.parent() {
            resolve_paths(&mut settings, folder);
        }
        environment::apply(&mut settings, variables)?;
        settings.try_into().map_err(|error: toml::de::Error| malformed(error.to_string().trim().replace('\n', ", ")))
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

/// What is wrong with a TOML text, and in which line.
fn problem_in(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.split('\n').count(), error.message())
}

/// Takes relative paths from `folder`.
fn resolve_paths(settings: &mut Table, folder: &Path) {
    let resolve = |value: Option<&mut Value>| {
        if let Some(Value::String(path)) = value {
            *path = folder.join(&path).to_string_lossy().into_owned();
        }
    };
    resolve(settings.get_mut("keypair"));
    resolve(settings.get_mut("journal"));
    if let Some(Value::Array(bundles)) = settings.get_mut("bundles") {
        bundles.iter_mut().for_each(|bundle| resolve(bundle.get_mut("dir")));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use std::time::Duration;

    use super::*;

    const MINIMAL: &str = "rpc_url = 'http://127.0.0.1:8899'\nkeypair = 'k.json'\njournal = 'j.db'\nbundles = []\n";

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let named = variables.iter().map(|(name, text)| (format!("{ENVIRONMENT_PREFIX}{name}"), (*text).to_owned()));
        Config::load_from(file.path(), named)
    }

    #[test]
    fn defaults_fill_in_and_a_variable_overrides_one_setting_of_a_section() {
        let config = load(MINIMAL, &[("WORKER__THREADS", "3")]).unwrap();
        assert_eq!(config.worker, WorkerSettings { threads: 3, ..WorkerSettings::default() });
        assert_eq!(config.worker.limits().batch_timeout, Duration::from_secs(10));
    }

    #[test]
    fn relative_paths_of_the_file_follow_the_file_and_those_of_variables_the_shell() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crank.toml");
        let bundles = "[[bundles]]\ndir = 'models/digits'\nmodel = 'm'\n[[bundles]]\ndir = '/srv/other'\nmodel = 'n'\n";
        std::fs::write(&path, MINIMAL.replace("bundles = []\n", bundles)).unwrap();
        let variables = [(format!("{ENVIRONMENT_PREFIX}JOURNAL"), "here.db".to_owned())];
        let config = Config::load_from(&path, variables.into_iter()).unwrap();
        assert_eq!(config.keypair, folder.path().join("k.json"));
        assert_eq!(config.bundles[0].dir, folder.path().join("models/digits"));
        assert_eq!(config.bundles[1].dir, Path::new("/srv/other"));
        assert_eq!(config.journal, Path::new("here.db"));
    }

    #[test]
    fn the_example_file_has_every_setting_and_the_defaults() {
        let example = include_str!("../../crank.example.toml");
        let config: Config = toml::from_str(example).unwrap();
        assert_eq!(config.worker, WorkerSettings::default());
        assert_eq!(config.chain, ChainSettings::default());
        assert_eq!(config.jobs, JobSettings::default());
        assert_eq!(config.log, LogSettings::default());
        let table: Table = example.parse().unwrap();
        assert_eq!(table, Table::try_from(&config).unwrap());
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let error = load(&format!("{MINIMAL}[worker]\nthread = 2\n"), &[]).unwrap_err();
        assert!(error.to_string().contains("thread"), "{error}");
        assert_eq!(error.label(), "config_malformed");
    }

    #[test]
    fn a_text_that_is_no_toml_is_refused_by_its_line() {
        let error = load(&format!("{MINIMAL}[worker\n"), &[]).unwrap_err();
        assert!(error.to_string().contains("line 5: "), "{error}");
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
