//! What settings mean: everything wrong with them, at once, each with its remedy.

use std::{
    collections::BTreeSet,
    fmt, fs,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::Path,
};

use modchains_sdk::{
    Hash,
    bundle::{Bundle, BundleLimits},
    keys::{self, Program},
};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{ChainSettings, Config, Programs, WorkerSettings};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Stable label for metrics.
    pub label: &'static str,
    /// The setting, dotted.
    pub setting: String,
    /// What is wrong: expected and actual.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// Everything that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigProblems(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} problems", self.0.len())?;
        for ConfigProblem { label, setting, problem, remedy } in &self.0 {
            write!(f, "\n  {setting}: {problem}; {remedy} [{label}]")?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Findings(Vec<ConfigProblem>);

impl Findings {
    fn add(&mut self, label: &'static str, setting: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        let (setting, problem, remedy) = (setting.to_owned(), problem.into(), remedy.into());
        self.0.push(ConfigProblem { label, setting, problem, remedy });
    }
}

impl Config {
    /// Looks at every setting, the files they name included; nothing is written and no endpoint is contacted.
    ///
    /// # Errors
    /// [`ConfigProblems`] with all that is wrong.
    pub fn check(&self) -> Result<(), ConfigProblems> {
        let mut findings = Findings::default();
        check_url(&mut findings, "rpc_url", &self.rpc_url, ["http", "https"]);
        if let Some(url) = &self.ws_url {
            check_url(&mut findings, "ws_url", url, ["ws", "wss"]);
        }
        if let Some(programs) = &self.programs {
            check_programs(&mut findings, programs);
        }
        check_keypair(&mut findings, &self.keypair);
        check_journal(&mut findings, &self.journal);
        self.check_bundles(&mut findings);
        check_worker(&mut findings, &self.worker);
        check_chain(&mut findings, &self.chain);
        if let Err(error) = EnvFilter::try_new(&self.log.filter) {
            let problem = format!("is {:?}: {error}", self.log.filter);
            findings.add("config_log_filter", "log.filter", problem, "write a level such as `info`");
        }
        if findings.0.is_empty() { Ok(()) } else { Err(ConfigProblems(findings.0)) }
    }

    fn check_bundles(&self, findings: &mut Findings) {
        if self.bundles.is_empty() {
            findings.add("config_no_bundles", "bundles", "is empty", "add a [[bundles]] section with dir and model");
        }
        let limits = BundleLimits { file_bytes: self.worker.limits().bundle_file_bytes, ..BundleLimits::default() };
        let mut models = BTreeSet::new();
        for (index, bundle) in self.bundles.iter().enumerate() {
            let setting = format!("bundles[{index}]");
            check_address(findings, &format!("{setting}.model"), &bundle.model);
            if !models.insert(&bundle.model) {
                let problem = format!("names {} a second time", bundle.model);
                findings.add("config_model_twice", &format!("{setting}.model"), problem, "give each model one bundle");
            }
            if let Err(error) = Bundle::open(&bundle.dir, limits) {
                let remedy = "run `modchains-crank bundle verify` on the folder";
                findings.add(error.label(), &format!("{setting}.dir"), error.to_string(), remedy);
            }
        }
    }
}

fn check_url(findings: &mut Findings, setting: &str, text: &str, schemes: [&str; 2]) {
    let remedy = format!("write a whole URL starting with {}:// or {}://", schemes[0], schemes[1]);
    match Url::parse(text) {
        Ok(url) if schemes.contains(&url.scheme()) && url.has_host() => {}
        Ok(url) => {
            let problem = format!("has the scheme {:?} and host {:?}", url.scheme(), url.host_str());
            findings.add("config_url", setting, problem, remedy);
        }
        // The text is not shown: it may hold a key.
        Err(error) => findings.add("config_url", setting, format!("is no URL: {error}"), remedy),
    }
}

fn check_address(findings: &mut Findings, setting: &str, text: &str) {
    let problem = match bs58::decode(text).into_vec() {
        Ok(bytes) if bytes.len() == 32 => return,
        Ok(bytes) => format!("{text:?} is {} bytes in base58, an address has 32", bytes.len()),
        Err(error) => format!("{text:?} is not base58: {error}"),
    };
    findings.add("config_address", setting, problem, "copy the address as the deploy step printed it");
}

fn check_programs(findings: &mut Findings, programs: &Programs) {
    let addresses = [&programs.exchange, &programs.vault, &programs.oracle];
    for (program, address) in Program::ALL.into_iter().zip(addresses) {
        let (setting, built_for) = (format!("programs.{}", program.name()), program.id().to_string());
        if *address != built_for {
            let problem = format!("is {address}, this binary was built for {built_for}");
            let remedy = format!("correct the address, or build with {} set to it", program.id_variable());
            findings.add("config_program", &setting, problem, remedy);
        }
    }
}

fn check_chain(findings: &mut Findings, chain: &ChainSettings) {
    let ranges = [
        ("poll_interval_ms", chain.poll_interval_ms, 50, 60_000),
        ("rpc_timeout_ms", chain.rpc_timeout_ms, 100, 600_000),
    ];
    for (name, value, min, max) in ranges {
        check_range(findings, &format!("chain.{name}"), value, min, max);
    }
    if let Some(hash) = &chain.genesis_hash
        && hash.parse::<Hash>().is_err()
    {
        let problem = format!("is {hash:?}, not a hash in base58");
        findings.add("config_genesis_hash", "chain.genesis_hash", problem, "copy it from `solana genesis-hash`");
    }
}

fn check_range(findings: &mut Findings, setting: &str, value: u64, min: u64, max: u64) {
    if !(min..=max).contains(&value) {
        let problem = format!("is {value}, expected {min} to {max}");
        findings.add("config_range", setting, problem, "choose a value in that range");
    }
}

/// The file's content is looked at but never shown.
fn check_keypair(findings: &mut Findings, path: &Path) {
    // A pipe can be read once, by whoever uses the key.
    if fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo()) {
        return;
    }
    if let Err(error) = keys::load(path) {
        let remedy = "or make a new key with `modchains keygen`";
        return findings.add(error.label(), "keypair", error.to_string(), remedy);
    }
    let own = nix::unistd::geteuid().as_raw();
    if let Ok(metadata) = fs::metadata(path)
        && metadata.uid() != own
        && own != 0
    {
        let problem = format!("{} belongs to user {}, the service runs as {own}", path.display(), metadata.uid());
        findings.add("config_keypair_owner", "keypair", problem, format!("run `chown {own} {}`", path.display()));
    }
}

fn check_journal(findings: &mut Findings, path: &Path) {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let remedy = format!("run `mkdir -p {}` as the service's user", folder.display());
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() && !path.is_dir() => {}
        Ok(_) => {
            let problem = format!("{} is not a file in a folder", path.display());
            findings.add("config_journal", "journal", problem, "name a file, not a folder");
        }
        Err(error) => findings.add("config_journal", "journal", format!("{}: {error}", folder.display()), remedy),
    }
}

fn check_worker(findings: &mut Findings, worker: &WorkerSettings) {
    let ranges: [(&str, u64, u64, u64); 9] = [
        ("processes", worker.processes.into(), 1, 256),
        ("threads", worker.threads.into(), 1, 512),
        ("max_batch", worker.max_batch.into(), 1, 4096),
        ("queue", worker.queue.into(), 1, u64::from(u16::MAX)),
        ("batch_timeout_ms", worker.batch_timeout_ms, 10, 3_600_000),
        ("start_timeout_ms", worker.start_timeout_ms, 100, 3_600_000),
        ("memory_mib", worker.memory_mib, 256, 1 << 24),
        ("cpu_seconds", worker.cpu_seconds, 10, 1 << 32),
        ("bundle_file_mib", worker.bundle_file_mib, 1, 1 << 20),
    ];
    for (name, value, min, max) in ranges {
        check_range(findings, &format!("worker.{name}"), value, min, max);
    }
}
