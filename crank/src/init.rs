//! `init`: a configuration for a model of the chain, checked before it is written.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf, absolute},
};

use anyhow::{Context, Result};
use clap::Args;
use modchains_crank::{
    config::{BundleSetting, Config},
    service::{Preflight, preflight},
};
use modchains_sdk::{
    Pubkey,
    terminal::{escaped, print},
};
use toml::Value;

/// What the configuration is written for.
#[derive(Args)]
pub struct InitArguments {
    /// Address of the model.
    #[arg(long)]
    model: Pubkey,
    /// Folder of the bundle of the model's current version.
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    /// The operator's key file; `modchains keygen` makes one.
    #[arg(long)]
    keypair: PathBuf,
    /// JSON-RPC endpoint of the cluster.
    #[arg(long, default_value = "http://127.0.0.1:8899")]
    url: String,
    /// Websocket endpoint; follows from --url when not given.
    #[arg(long)]
    ws_url: Option<String>,
    /// Where the journal will lie; beside the configuration when not given.
    #[arg(long)]
    journal: Option<PathBuf>,
    /// The file to write; it must not exist yet.
    #[arg(long, default_value = "crank.toml")]
    config: PathBuf,
}

/// Runs `init`.
pub fn run(arguments: &InitArguments) -> Result<()> {
    let path = absolute(&arguments.config)?;
    anyhow::ensure!(!path.exists(), "{} exists already; name another with --config", path.display());
    let config = proposal(arguments, &path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(preflight(&config))?;
    write(&path, &text(&config, &found))?;
    Config::load(&path)?.check()?;
    print(format_args!("{}: written, nothing wrong found", path.display()))?;
    for missing in &found.missing {
        print(format_args!("  before it can run: {}", escaped(&missing.to_string())))?;
    }
    Ok(print(format_args!("run it with `modchains-crank run --config {}`", path.display()))?)
}

/// Absolute paths, so that the file can be moved.
fn proposal(arguments: &InitArguments, path: &Path) -> Result<Config> {
    let journal = match &arguments.journal {
        Some(journal) => absolute(journal)?,
        None => path.with_file_name("journal.db"),
    };
    let dir = arguments.bundle.canonicalize().with_context(|| format!("--bundle {}", arguments.bundle.display()))?;
    Ok(Config {
        rpc_url: arguments.url.clone(),
        ws_url: arguments.ws_url.clone(),
        keypair: absolute(&arguments.keypair)?,
        journal,
        exit_with_parent: false,
        programs: None,
        bundles: vec![BundleSetting { dir, model: arguments.model.to_string() }],
        worker: Default::default(),
        chain: Default::default(),
        jobs: Default::default(),
        log: Default::default(),
    })
}

fn text(config: &Config, found: &Preflight) -> String {
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    let mut text = "# Written by `modchains-crank init`; crank.example.toml names the other settings.\n".to_owned();
    let mut set = |name: &str, value: &str| text.push_str(&format!("{name} = {}\n", quoted(value)));
    set("rpc_url", &config.rpc_url);
    if let Some(url) = &config.ws_url {
        set("ws_url", url);
    }
    set("keypair", &config.keypair.to_string_lossy());
    set("journal", &config.journal.to_string_lossy());
    for bundle in &config.bundles {
        let (dir, model) = (quoted(&bundle.dir.to_string_lossy()), quoted(&bundle.model));
        text.push_str(&format!("\n[[bundles]]\ndir = {dir}\nmodel = {model}\n"));
    }
    text.push_str(&format!("\n[chain]\ngenesis_hash = {}\n", quoted(&found.genesis_hash.to_string())));
    text
}

/// For its owner alone: the endpoint's URL can hold a key.
fn write(path: &Path, text: &str) -> Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}
