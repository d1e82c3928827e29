//! What the benchmarks are told.

use std::path::PathBuf;

use clap::Parser;

use crate::endurance::Endurance;

/// Measures everything and writes BENCHMARKS.md and benchmarks/figures.json. A measurement that fails is named and
/// nothing is written.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// The local network's program; `cargo xtask localnet --build-only` prints it.
    #[arg(long, env = "MODCHAINS_LOCALNET")]
    pub localnet: PathBuf,
    /// The digits; `cargo xtask digits-data` prints the file.
    #[arg(long, env = "MODCHAINS_DIGITS")]
    pub digits: PathBuf,
    /// How often the demo runs; its times are medians of the runs.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub demo_runs: u32,
    /// Rounds per inference figure.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..))]
    pub inference_rounds: u32,
    /// Rounds per figure of correct rounding.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(3..))]
    pub rounded_rounds: u32,
    /// What the endurance run is told.
    #[command(flatten)]
    pub endurance: Endurance,
    /// Measures what the compiled programs and the formulas take, prints it and writes nothing.
    #[arg(long)]
    pub programs_only: bool,
}
