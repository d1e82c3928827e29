use clap::{Args, Subcommand};
use modchains_sdk::{address, exchange::instructions::ContentMintArgs, instruction::registry::content_mint};

use crate::{argument::RequestArg, command::market::Listing, connection::Connection, error::Result, output::Report};

/// Mint what a model generated.
#[derive(Debug, Subcommand)]
pub enum ContentCommand {
    /// Mint the result of a final request of yours as a token of one piece. Once for each request that declared this use.
    Mint(MintArgs),
}

impl ContentCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Mint(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `model content mint`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The token's metadata name model, version, request, input and output; nobody can ever mint a second one. The model's
content fee is shared like a trade fee.

Example:
  modchains model content mint REQUEST --title 'A sunset' --uri https://example.org/sunset.json"
)]
pub struct MintArgs {
    #[command(flatten)]
    request: RequestArg,
    /// Name of the token, 1 to 32 bytes.
    #[arg(long)]
    title: String,
    /// Where the token's metadata JSON lies, 1 to 200 bytes.
    #[arg(long)]
    uri: String,
}

impl MintArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let requester = signer.pubkey();
        let client = &connection.client;
        let request = self.request.address(connection).await?;
        let service = client.request(&request).await?.request.value.service;
        let model = client.state::<modchains_sdk::oracle::state::Service>(&service).await?.value.model;
        let fee_max_atoms = client.model(&model).await?.value.content_fee_atoms;
        let listing = Listing::load(connection, &model).await?;
        let mint = address::exchange::content_mint(&request);
        let report = Report::new()
            .text("model", model)
            .text("request", request)
            .text("mint", mint)
            .text("owner", requester)
            .amount("fee", listing.quote.amount(fee_max_atoms), &listing.quote.symbol);
        let payment = connection.pay(&requester, &listing.quote, fee_max_atoms).await?;
        let args = ContentMintArgs { name: self.title.clone(), uri: self.uri.clone(), fee_max_atoms };
        let mint = content_mint(&requester, &model, &request, &listing.quote.token, args);
        let instructions = payment.enclose([mint]);
        let receipt = connection.ask_and_send("Minting the content", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }
}
