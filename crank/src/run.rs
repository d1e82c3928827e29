//! The `run` command.

use std::{io::IsTerminal, path::PathBuf};

use clap::Args;
use modchains_crank::{
    config::{Config, LogFormat, LogSettings},
    service::{self, RunOptions},
};
use tracing_subscriber::EnvFilter;

use crate::commands::{CheckConfigArguments, check_config};

/// Arguments of `run`.
#[derive(Args)]
pub struct RunArguments {
    #[command(flatten)]
    config: CheckConfigArguments,
    /// Only check the configuration, as `check-config` does.
    #[arg(long)]
    check_config: bool,
    /// Write counts and latencies to this file as JSON, every second and at the end.
    #[arg(long, value_name = "PATH")]
    stats_file: Option<PathBuf>,
}

/// Runs `run`.
pub fn run(arguments: &RunArguments) -> anyhow::Result<()> {
    if arguments.check_config {
        return check_config(&arguments.config);
    }
    let config = Config::load(&arguments.config.config)?;
    config.check()?;
    log_to_standard_error(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let options = RunOptions { stats_file: arguments.stats_file.clone() };
    let outcome = runtime.block_on(service::run(&config, options));
    // Name lookups under way run on threads that cannot be cancelled; nobody waits for them.
    runtime.shutdown_background();
    outcome?;
    Ok(())
}

fn log_to_standard_error(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
