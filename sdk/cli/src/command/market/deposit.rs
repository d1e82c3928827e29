use clap::Args;
use modchains_sdk::{
    decode::{Event, ExchangeEvent},
    exchange::instructions::MarketDepositArgs,
    instruction::exchange::market_deposit,
};

use super::listing::{Listing, curve};
use crate::{
    amount::Decimal,
    argument::ModelArg,
    connection::{Connection, positive_atoms},
    error::Result,
    output::Report,
};

/// Arguments of `market deposit`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Nobody gets it back: it stays in the reserve, raises the backing of every token, and the next syncs work it into the
price.

Example:
  modchains market deposit 1 MODEL"
)]
pub struct DepositArgs {
    /// How much to give, in the token that the market trades against.
    #[arg(value_name = "AMOUNT")]
    amount: Decimal,
    #[command(flatten)]
    model: ModelArg,
}

impl DepositArgs {
    /// Gives.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let depositor = signer.pubkey();
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let quote = &listing.quote;
        let reserve_atoms = positive_atoms(&self.amount, quote)?;
        let args = MarketDepositArgs { reserve_atoms, creator_atoms: 0, split_atoms: 0 };
        let deposit = market_deposit(&depositor, &listing.model, &quote.token, args);
        let instructions = connection.pay(&depositor, quote, reserve_atoms).await?.enclose([deposit]);
        let report = Report::new().text("model", listing.model);
        let report = report.amount("given_to_reserve", quote.amount(reserve_atoms), &quote.symbol);
        let receipt = connection.ask_and_send("Depositing", &report, &instructions, signer).await?;
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Exchange(ExchangeEvent::MarketDeposited(deposited)) => {
                let (before, after) = (curve(&deposited.before), curve(&deposited.after));
                let backing = |report, key, reserve_atoms, circulating_atoms| {
                    listing.add_price(report, key, reserve_atoms, circulating_atoms)
                };
                let report =
                    backing(report, "backing_per_token_before", before.reserve_atoms, before.circulating_atoms);
                backing(report, "backing_per_token_after", after.reserve_atoms, after.circulating_atoms)
            }
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }
}
