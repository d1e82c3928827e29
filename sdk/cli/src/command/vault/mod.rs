//! The vaults in which model tokens are staked.

mod close;
pub mod open;

use clap::Subcommand;

pub use open::{OpenArgs, ShowArgs};

use crate::{connection::Connection, error::Result, output::Report};

/// Open, show and close the vaults in which model tokens are staked.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Open a model's vault, once; its times cannot be changed later.
    Open(OpenArgs),
    /// Show a vault and its revenue pools.
    Show(ShowArgs),
    /// Stream model tokens that were sent to the vault directly. Anyone may.
    Sweep(ShowArgs),
    /// Close a vault that nobody uses, with its first pool; its rent goes back to you, who paid it.
    Close(ShowArgs),
}

impl VaultCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::Sweep(args) => args.sweep(connection).await,
            Self::Close(args) => args.close(connection).await,
        }
    }
}
