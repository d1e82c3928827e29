use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    decode::Fetched,
    exchange::{
        instructions::ModelTransferAcceptArgs,
        state::{Contributors, Model},
    },
    instruction::registry::{model_transfer_accept, model_transfer_cancel, model_transfer_offer},
};

use super::licence::{quote_of, show_terms};
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
    Accept(AcceptArgs),
    /// Take an offer back.
    Cancel(TransferArgs),
    /// Show the present offer.
    Show(TransferArgs),
}

impl TransferCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Offer(args) => args.run(connection).await,
            Self::Accept(args) => args.run(connection).await,
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

/// Arguments of `model transfer accept`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The versions, terms, contributors and licences that you see are what you accept: if the seller changes any before the
transaction, it is refused.

Example:
  modchains model transfer accept MODEL --keypair new-creator.json"
)]
pub struct AcceptArgs {
    #[command(flatten)]
    model: ModelArg,
    /// The count of changes that `model transfer show` named when you looked at the model [default: the present one].
    #[arg(long, value_name = "COUNT")]
    terms_counter: Option<u32>,
}

impl AcceptArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let offer = connection.client.model_transfer(&model).await?.value;
        if offer.to != signer.pubkey() {
            let what = format!("the model is offered to {}, not to {}", offer.to, signer.pubkey());
            return Err(CliError::unfit(what, "pass their key with --keypair"));
        }
        let state = connection.client.model(&model).await?.value;
        let terms_counter = self.terms_counter.unwrap_or(state.terms_counter);
        if terms_counter != state.terms_counter {
            let what = format!("the model has changed {} times, not {terms_counter}", state.terms_counter);
            return Err(CliError::unfit(what, "look at it again with `modchains model transfer show`"));
        }
        let report = Report::new().text("model", model).text("from", offer.offered_by).text("creator", offer.to);
        let report = show_model(connection, report, &model, &state).await?;
        let args = ModelTransferAcceptArgs { terms_counter };
        let accept = model_transfer_accept(&signer.pubkey(), &model, &offer.offered_by, args);
        let receipt = connection.ask_and_send("Accepting the model", &report, &[accept], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// A model.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model transfer show MODEL")]
pub struct TransferArgs {
    #[command(flatten)]
    model: ModelArg,
}

/// What goes over with a model besides its fees, and how often that has changed.
async fn show_model(connection: &Connection, report: Report, address: &Pubkey, model: &Model) -> Result<Report> {
    let quote = quote_of(connection, address).await?;
    let report = report
        .number("terms_counter", model.terms_counter)
        .number("versions", model.version_count)
        .group("licence", show_terms(model, &quote));
    let contributors = connection.client.find_state(&address::exchange::contributors(address)).await?;
    let Some(contributors) = contributors.map(|found: Fetched<Contributors>| found.value) else { return Ok(report) };
    let part = |address: &Pubkey, bps| Report::new().text("contributor", address).share_bps("part", bps);
    let present = contributors.in_force().iter().map(|entry| part(&entry.address, entry.bps)).collect();
    let queued = match contributors.pending_at_seconds {
        0 => Vec::new(),
        _ => {
            let pending = contributors.pending.iter().take(contributors.pending_count.into());
            pending.map(|share| part(&share.address, share.bps)).collect()
        }
    };
    Ok(report.list("contributors", present).list("queued_contributors", queued))
}

impl TransferArgs {
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
        let report = report.text("offered_by", offer.value.offered_by).text("to", offer.value.to);
        let state = connection.client.model(&model).await?.value;
        show_model(connection, report, &model, &state).await
    }
}
