//! The `run` command.

use std::path::PathBuf;

use clap::Args;
use modchains_crank::{
    config::Config,
    service::{self, RunOptions},
};

use crate::{
    commands::{CheckConfigArguments, check_config},
    log,
};

/// How the service is started.
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

/// Starts the service and waits for its end.
pub fn run(arguments: &RunArguments) -> anyhow::Result<()> {
    if arguments.check_config {
        return check_config(&arguments.config);
    }
    let config = Config::load(&arguments.config.config)?;
    config.check()?;
    log::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let options = RunOptions { stats_file: arguments.stats_file.clone() };
    let outcome = runtime.block_on(service::run(&config, options));
    // Name lookups under way run on threads that cannot be cancelled; nobody waits for them.
    runtime.shutdown_background();
    outcome?;
    Ok(())
}
