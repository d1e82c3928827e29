//! What the demo is told.

use std::path::PathBuf;

use clap::Parser;

/// Lists a digit classifier, trades it, answers twenty held-out digits, pays stakers and moves the curve.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// A cluster to use instead of an embedded local network; it must give airdrops.
    #[arg(long)]
    pub url: Option<String>,
    /// The key that deploys and configures; one of its own if absent. On a cluster that has the programs it must be the
    /// one that deployed them.
    #[arg(long, value_name = "KEYPAIR")]
    pub administrator: Option<PathBuf>,
    /// Milliseconds per slot of the embedded network. Public clusters take 400.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(10..=1_000))]
    pub slot_ms: u64,
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
