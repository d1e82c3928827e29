//! Staking and revenue.

mod open;
mod revenue;
mod stake;

use clap::Subcommand;
use modchains_sdk::{
    Pubkey,
    decode::{Event, Fetched, Receipt, VaultEvent},
    vault::state::{RevenuePool, Vault},
};

pub use open::{OpenArgs, ShowArgs};
pub use revenue::{ClaimArgs, PositionArgs};
pub use stake::{StakeArgs, UnstakeArgs, WithdrawArgs};

use crate::{connection::Connection, error::Result, report::Report, token::TokenView};

/// Stake model tokens and claim revenue.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Open a model's vault. Only the creator may, once; its times cannot be changed later.
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
    /// Does it.
    ///
    /// # Errors
    /// Whatever the command refuses.
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

/// A vault with its token and all of its pools.
struct Staking {
    vault: Fetched<Vault>,
    token: TokenView,
    pools: Vec<Fetched<RevenuePool>>,
}

impl Staking {
    async fn load(connection: &Connection, model: &Pubkey) -> Result<Self> {
        let vault = connection.client.vault(model).await?;
        let token = connection.token(&vault.value.mint).await?;
        let pools = connection.client.pools(&vault).await?;
        Ok(Self { vault, token, pools })
    }

    fn model(&self) -> &Pubkey {
        &self.vault.value.model
    }

    fn revenue_mints(&self) -> Vec<Pubkey> {
        self.pools.iter().map(|pool| pool.value.revenue_mint).collect()
    }

    /// Staked, cooling and withdrawable tokens after a transaction, by its event.
    fn show(&self, receipt: &Receipt) -> Report {
        let amount = |report: Report, key, atoms| report.amount(key, self.token.amount(atoms), &self.token.symbol);
        let report = Report::new().text("model", self.model());
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(VaultEvent::Staked(staked)) => {
                let report = amount(report, "added", staked.token_atoms);
                amount(report, "staked", staked.position_staked_atoms_after)
            }
            Event::Vault(VaultEvent::UnstakeStarted(started)) => {
                let report = amount(report, "staked", started.position_staked_atoms_after);
                let report = amount(report, "cooling", started.position_cooling_atoms_after);
                let until_seconds = started.cooling_until_seconds;
                report.value("withdrawable_from", until_seconds.to_string(), until_seconds.into())
            }
            Event::Vault(VaultEvent::Unstaked(unstaked)) => amount(report, "withdrawn", unstaked.token_atoms),
            _ => report,
        });
        report.receipt(receipt)
    }
}
