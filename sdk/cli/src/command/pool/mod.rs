//! The pools in which a vault takes revenue, each in one mint.

mod deposit;
mod open;
mod place;
mod share;

use clap::Subcommand;

pub use deposit::TreasuryCommand;
use place::{AnyPool, FurtherPool};
pub use place::{Place, unaccounted_atoms};

use crate::{connection::Connection, error::Result, output::Report};

/// Open, fill, earn from and close the pools in which a vault takes revenue.
#[derive(Debug, Subcommand)]
pub enum PoolCommand {
    /// Open a further pool of a model's vault, in another mint. Anyone may.
    Open(FurtherPool),
    /// Earn from a further pool too, with all that you have staked.
    Subscribe(FurtherPool),
    /// Earn from a further pool no more; pays what is due, and returns the rent.
    Unsubscribe(FurtherPool),
    /// Give revenue to the stakers of a model. Anyone may.
    Deposit(deposit::DepositArgs),
    /// Stream what was sent to a pool's token account directly. Anyone may.
    Sweep(AnyPool),
    /// Close a further pool that owes nobody anything; its rent goes back to you, who paid it.
    Close(FurtherPool),
}

impl PoolCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.open(connection).await,
            Self::Subscribe(args) => args.subscribe(connection).await,
            Self::Unsubscribe(args) => args.unsubscribe(connection).await,
            Self::Deposit(args) => args.run(connection).await,
            Self::Sweep(args) => args.sweep(connection).await,
            Self::Close(args) => args.close(connection).await,
        }
    }
}
