//! The vaults in which model tokens are staked.

pub mod open;

use clap::Subcommand;

pub use open::{OpenArgs, ShowArgs};

use crate::{connection::Connection, error::Result, output::Report};

/// Open and show the vaults in which model tokens are staked.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Open a model's vault, once; its times cannot be changed later.
    Open(OpenArgs),
    /// Show a vault and its revenue pools.
    Show(ShowArgs),
}

impl VaultCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
        }
    }
}
