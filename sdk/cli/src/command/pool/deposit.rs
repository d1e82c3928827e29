//! Gifts to stakers and to their treasury.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Instruction, Pubkey,
    decode::{Event, VaultEvent},
    instruction::{
        Token,
        vault::{revenue_deposit, treasury_deposit},
    },
    vault::instructions::{RevenueDepositArgs, TreasuryDepositArgs},
};

use super::place::{AnyPool, Place};
use crate::{
    amount::Decimal,
    connection::{Connection, TokenView, positive_atoms},
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
    pub(super) async fn run(&self, connection: &Connection) -> Result<Report> {
        let deposit = |depositor: &Pubkey, model: &Pubkey, revenue: &Token, revenue_atoms| {
            revenue_deposit(depositor, model, revenue, RevenueDepositArgs { revenue_atoms })
        };
        self.give(connection, deposit, |report, revenue, event| match event {
            VaultEvent::RevenueDeposited(deposited) => report
                .amount("to_treasury", revenue.amount(deposited.treasury_atoms), &revenue.symbol)
                .amount("unstreamed", revenue.amount(deposited.unstreamed_atoms_after), &revenue.symbol)
                .number("remaining_seconds", deposited.remaining_seconds),
            _ => report,
        })
        .await
    }

    async fn to_treasury(&self, connection: &Connection) -> Result<Report> {
        let deposit = |depositor: &Pubkey, model: &Pubkey, revenue: &Token, revenue_atoms| {
            treasury_deposit(depositor, model, revenue, TreasuryDepositArgs { revenue_atoms })
        };
        self.give(connection, deposit, |report, revenue, event| match event {
            VaultEvent::TreasuryDeposited(deposited) => {
                report.amount("treasury", revenue.amount(deposited.treasury_atoms_after), &revenue.symbol)
            }
            _ => report,
        })
        .await
    }

    /// Sends what `deposit` makes of depositor, model, token and atoms, and reports what events say by `shown`.
    async fn give(
        &self,
        connection: &Connection,
        deposit: impl FnOnce(&Pubkey, &Pubkey, &Token, u64) -> Instruction,
        shown: impl Fn(Report, &TokenView, &VaultEvent) -> Report,
    ) -> Result<Report> {
        let signer = connection.signer()?;
        let depositor = signer.pubkey();
        let place = Place::load(connection, &self.pool.model, self.pool.mint).await?;
        let revenue = &place.revenue;
        let revenue_atoms = positive_atoms(&self.amount, revenue)?;
        let deposit = deposit(&depositor, &place.model, &revenue.token, revenue_atoms);
        let instructions = connection.pay(&depositor, revenue, revenue_atoms).await?.enclose([deposit]);
        let report = place.report().amount("given", revenue.amount(revenue_atoms), &revenue.symbol);
        let receipt = connection.ask_and_send("Depositing", &report, &instructions, signer).await?;
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(event) => shown(report, revenue, event),
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }
}
