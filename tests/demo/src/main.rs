//! `make demo`: the whole path on a local network, with a table, a chart and a report at the end.
//!
//! A network, a crank and a trainer run as processes of their own; everything else is the client library talking
//! JSON-RPC. No cheat code of the local network is used, so `--url` puts any cluster with an airdrop in its place.

mod chart;
mod cost;
mod inference;
mod market;
mod processes;
mod progress;
mod report;
mod story;
mod wallets;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Lists a digit classifier, trades it, answers twenty held-out digits, pays stakers and moves the curve.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// A cluster to use instead of an embedded local network; it must give airdrops.
    #[arg(long)]
    pub url: Option<String>,
    /// Where report, chart and logs go.
    #[arg(long, default_value = "target/demo")]
    pub output: PathBuf,
    /// Folder of the compiled programs.
    #[arg(long, default_value = "target/deploy")]
    pub programs: PathBuf,
    /// The local network's program; `cargo xtask localnet --build-only` prints it.
    #[arg(long, env = "MODCHAINS_LOCALNET")]
    pub localnet: Option<PathBuf>,
    /// The digits; `cargo xtask digits-data` prints the file.
    #[arg(long, env = "MODCHAINS_DIGITS")]
    pub digits: PathBuf,
    /// How many digits to ask for.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=300))]
    pub requests: u16,
    /// Seed of the training.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whichever ends first; dropping the story ends its processes.
    let outcome = tokio::select! {
        outcome = story::tell(&options) => outcome,
        stopped = tokio::signal::ctrl_c() => match stopped {
            Ok(()) => Err(anyhow::anyhow!("stopped by Ctrl-C; its processes have ended")),
            Err(error) => Err(error.into()),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo failed: {error:#}");
            eprintln!("logs are in {}", options.output.display());
            ExitCode::FAILURE
        }
    }
}
