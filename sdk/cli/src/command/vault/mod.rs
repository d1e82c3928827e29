//! Staking and revenue.

pub mod open;
mod revenue;
mod stake;
mod staking;

use clap::Subcommand;

pub use open::{OpenArgs, ShowArgs};
pub use revenue::{ClaimArgs, PositionArgs};
pub use stake::{StakeArgs, UnstakeArgs, WithdrawArgs};

use crate::{connection::Connection, error::Result, output::Report};

/// Stake model tokens and claim revenue.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Open a model's vault, once; its times cannot be changed later.
    Open(OpenArgs),
    /// Show a vault and its revenue pools.
    Show(ShowArgs),
    /// Stake tokens. They earn a part of the model's revenue, streamed over time.
    Stake(StakeArgs),
    /// Start the cooldown of staked tokens. They earn nothing from then on.
    Unstake(UnstakeArgs),
    /// Take out tokens whose cooldown is over.
    Withdraw(WithdrawArgs),
    /// Pay out what a position has earned.
    Claim(ClaimArgs),
    /// Show what somebody has staked, cooling and claimable.
    Position(PositionArgs),
}

impl VaultCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::Stake(args) => args.run(connection).await,
            Self::Unstake(args) => args.run(connection).await,
            Self::Withdraw(args) => args.run(connection).await,
            Self::Claim(args) => args.run(connection).await,
            Self::Position(args) => args.run(connection).await,
        }
    }
}
