//! Options of every command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use modchains_sdk::{CommitmentConfig, Endpoint};

use crate::amount::Decimal;

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// RPC endpoint of the cluster.
    #[arg(long, global = true, env = "MODCHAINS_URL", hide_env_values = true, default_value = "http://127.0.0.1:8899")]
    pub url: Endpoint,
    /// Key file that signs and pays. Only its owner may be able to read it. [default: ~/.config/solana/id.json]
    #[arg(long, global = true, env = "MODCHAINS_KEYPAIR", value_name = "PATH")]
    pub keypair: Option<PathBuf>,
    /// Print one JSON object instead of a table; errors too, on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// Send without asking.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// How settled a state must be before it counts.
    #[arg(long, global = true, value_enum, default_value_t = Commitment::Confirmed)]
    pub commitment: Commitment,
    /// Most SOL to pay for priority in one transaction, on top of the network's fee. What is paid is what recent
    /// transactions on the same accounts paid; 0 pays none.
    #[arg(long, global = true, value_name = "SOL", default_value = "0.0001")]
    pub priority_fee_cap: Decimal,
}

/// How settled a state must be before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Commitment {
    /// In a block that may still be dropped.
    Processed,
    /// Voted for by a majority.
    Confirmed,
    /// Never to be dropped.
    Finalized,
}

impl From<Commitment> for CommitmentConfig {
    fn from(commitment: Commitment) -> Self {
        match commitment {
            Commitment::Processed => Self::processed(),
            Commitment::Confirmed => Self::confirmed(),
            Commitment::Finalized => Self::finalized(),
        }
    }
}
