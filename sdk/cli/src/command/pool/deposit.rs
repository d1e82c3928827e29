//! Gifts to stakers and to their treasury.

use clap::{Args, Subcommand};
use modchains_sdk::{
    decode::{Event, VaultEvent},
    instruction::vault::{revenue_deposit, treasury_deposit},
    vault::instructions::{RevenueDepositArgs, TreasuryDepositArgs},
};

use super::place::{AnyPool, Place};
use crate::{
    amount::Decimal,
    connection::{Connection, positive_atoms},
    error::Result,
    output::Report,
};

/// Fill what the stakers of a model decide about.
#[derive(Debug, Subcommand)]
pub enum TreasuryCommand {
    /// Give to the treasury of a model's stakers, which only their proposals spend. Anyone may.
    Deposit(DepositArgs),
}

impl TreasuryCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Deposit(args) => args.to_treasury(connection).await,
        }
    }
}

/// What somebody gives.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Nobody gets it back. `pool deposit` streams to those who stake, but for the part that goes to the treasury by the
stakers' own decision; `treasury deposit` goes to the treasury whole. `modchains vault show` shows both.

Examples:
  modchains pool deposit 1 MODEL
  modchains treasury deposit 250 MODEL --mint MINT"
)]
pub struct DepositArgs {
    /// How much to give.
    #[arg(value_name = "AMOUNT")]
    amount: Decimal,
    #[command(flatten)]
    pool: AnyPool,
}

impl DepositArgs {
    async fn load(&self, connection: &Connection) -> Result<(Place, u64)> {
        let place = Place::load(connection, &self.pool.model, self.pool.mint).await?;
        let atoms = positive_atoms(&self.amount, &place.revenue)?;
        Ok((place, atoms))
    }

    pub(super) async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let depositor = signer.pubkey();
        let (place, revenue_atoms) = self.load(connection).await?;
        let revenue = &place.revenue;
        let args = RevenueDepositArgs { revenue_atoms };
        let deposit = revenue_deposit(&depositor, &place.model, &revenue.token, args);
        let instructions = connection.pay(&depositor, revenue, revenue_atoms).await?.enclose([deposit]);
        let report = place.report().amount("given", revenue.amount(revenue_atoms), &revenue.symbol);
        let receipt = connection.ask_and_send("Depositing", &report, &instructions, signer).await?;
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(VaultEvent::RevenueDeposited(deposited)) => report
                .amount("to_treasury", revenue.amount(deposited.treasury_atoms), &revenue.symbol)
                .amount("unstreamed", revenue.amount(deposited.unstreamed_atoms_after), &revenue.symbol)
                .number("remaining_seconds", deposited.remaining_seconds),
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }

    async fn to_treasury(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let depositor = signer.pubkey();
        let (place, revenue_atoms) = self.load(connection).await?;
        let revenue = &place.revenue;
        let args = TreasuryDepositArgs { revenue_atoms };
        let deposit = treasury_deposit(&depositor, &place.model, &revenue.token, args);
        let instructions = connection.pay(&depositor, revenue, revenue_atoms).await?.enclose([deposit]);
        let report = place.report().amount("given", revenue.amount(revenue_atoms), &revenue.symbol);
        let receipt = connection.ask_and_send("Depositing", &report, &instructions, signer).await?;
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(VaultEvent::TreasuryDeposited(deposited)) => {
                report.amount("treasury", revenue.amount(deposited.treasury_atoms_after), &revenue.symbol)
            }
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }
}
