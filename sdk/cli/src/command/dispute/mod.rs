//! Challenging results, and the disputes about them.

mod list;
mod own;
mod place;
mod play;
mod replay;
mod show;

use clap::Subcommand;

pub use play::{ChallengeArgs, PlayArgs, SettleArgs};
pub use replay::ReplayArgs;

use self::{list::ListArgs, show::ShowArgs};
use crate::{connection::Connection, error::Result, output::Report};

/// Show and play disputes about results.
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// Show a dispute move by move, and whose clock runs.
    Show(ShowArgs),
    /// List the disputes about results of a model that are not settled.
    List(ListArgs),
    /// Make every move that is yours, as operator or as challenger.
    Play(PlayArgs),
    /// Tell the oracle how a dispute ended, and close it. Anyone may.
    Settle(SettleArgs),
}

impl DisputeCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Show(args) => args.run(connection).await,
            Self::List(args) => args.run(connection).await,
            Self::Play(args) => args.run(connection).await,
            Self::Settle(args) => args.run(connection).await,
        }
    }
}
