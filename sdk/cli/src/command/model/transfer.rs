use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey,
    instruction::registry::{model_transfer_accept, model_transfer_cancel, model_transfer_offer},
};

use crate::{
    argument::ModelArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Hand a model over to another creator, in two steps.
#[derive(Debug, Subcommand)]
pub enum TransferCommand {
    /// Offer a model to somebody. Nothing changes until they accept; offering again replaces the offer.
    Offer(OfferArgs),
    /// Accept a model that was offered to you, with the fees that are due to its creator.
    Accept(TransferArgs),
    /// Take an offer back.
    Cancel(TransferArgs),
    /// Show the present offer.
    Show(TransferArgs),
}

impl TransferCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Offer(args) => args.run(connection).await,
            Self::Accept(args) => args.accept(connection).await,
            Self::Cancel(args) => args.cancel(connection).await,
            Self::Show(args) => args.show(connection).await,
        }
    }
}

/// Arguments of `model transfer offer`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The new creator receives the creator's fees, sets terms and publishes versions. Tokens, market and history stay.

Example:
  modchains model transfer offer MODEL --to ADDRESS"
)]
pub struct OfferArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Who may accept.
    #[arg(long, value_name = "ADDRESS")]
    to: Pubkey,
}

impl OfferArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        if self.to == signer.pubkey() {
            return Err(CliError::unfit("the model is yours already", "offer it to somebody else"));
        }
        let report = Report::new().text("model", model).text("offered_by", signer.pubkey()).text("to", self.to);
        let offer = model_transfer_offer(&signer.pubkey(), &model, &self.to);
        let receipt = connection.ask_and_send("Offering the model", &report, &[offer], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// A model.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model transfer accept MODEL --keypair new-creator.json")]
pub struct TransferArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl TransferArgs {
    async fn accept(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let offer = connection.client.model_transfer(&model).await?.value;
        if offer.to != signer.pubkey() {
            let what = format!("the model is offered to {}, not to {}", offer.to, signer.pubkey());
            return Err(CliError::unfit(what, "pass their key with --keypair"));
        }
        let report = Report::new().text("model", model).text("from", offer.offered_by).text("creator", offer.to);
        let accept = model_transfer_accept(&signer.pubkey(), &model, &offer.offered_by);
        let receipt = connection.ask_and_send("Accepting the model", &report, &[accept], signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn cancel(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let offer = connection.client.model_transfer(&model).await?.value;
        let cancel = model_transfer_cancel(&signer.pubkey(), &model);
        let report = Report::new().text("model", model).text("no_longer_offered_to", offer.to);
        let receipt = connection.ask_and_send("Taking the offer back", &report, &[cancel], signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn show(&self, connection: &Connection) -> Result<Report> {
        let model = self.model.address(connection).await?;
        let offer = connection.client.model_transfer(&model).await?;
        let report = Report::new().text("model", model).text("offer", offer.address);
        Ok(report.text("offered_by", offer.value.offered_by).text("to", offer.value.to))
    }
}
