//! What referrers earn of trades that name them.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    decode::Fetched,
    exchange::state::Referral,
    instruction::exchange::{referral_claim, referral_close, referral_open},
};

use super::market::Listing;
use crate::{
    argument::ModelArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Earn a part of the protocol's fee of trades that name you.
#[derive(Debug, Subcommand)]
pub enum ReferralCommand {
    /// Open a referral in a model's market. Anyone may, for anyone, and pays its rent.
    Open(ReferralArgs),
    /// Show what a referral has earned.
    Show(ReferralArgs),
    /// Pay what a referral has earned to its referrer. Anyone may.
    Claim(ReferralArgs),
    /// Close your referral, of which nothing is due. Its rent goes to who paid it.
    Close(CloseArgs),
}

/// A referral.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  modchains referral open MODEL
  modchains market buy 1 MODEL --referrer ADDRESS
  modchains referral claim MODEL --referrer ADDRESS")]
pub struct ReferralArgs {
    #[command(flatten)]
    model: ModelArg,
    /// The referrer [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    referrer: Option<Pubkey>,
}

impl ReferralCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.open(connection).await,
            Self::Show(args) => args.show(connection).await,
            Self::Claim(args) => args.claim(connection).await,
            Self::Close(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `referral close`.
#[derive(Debug, Args)]
#[command(after_long_help = "Trades that name a closed referral are refused.

Example:
  modchains referral close MODEL")]
pub struct CloseArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl CloseArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let market = address::exchange::market(&model);
        let referral = connection.client.referral(&market, &signer.pubkey()).await?;
        if referral.value.due_atoms != 0 {
            return Err(CliError::unfit("the referral is owed something", "use `modchains referral claim` first"));
        }
        let close = referral_close(&signer.pubkey(), &model, &referral.value.paid_by);
        let report = Report::new().text("model", model).text("referral", referral.address);
        let report = report.text("rent_to", referral.value.paid_by);
        let receipt = connection.ask_and_send("Closing the referral", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

impl ReferralArgs {
    async fn open(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let referrer = connection.address_or_own(self.referrer)?;
        let model = self.model.address(connection).await?;
        let market = connection.client.market(&model).await?;
        let open = referral_open(&signer.pubkey(), &model, &referrer);
        let referral = address::exchange::referral(&market.address, &referrer);
        let report = Report::new().text("model", model).text("referrer", referrer).text("referral", referral);
        let report = report.share_bps("part_of_protocol_fee", market.value.params.referral_bps);
        let receipt = connection.ask_and_send("Opening the referral", &report, &[open], signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn show(&self, connection: &Connection) -> Result<Report> {
        let (listing, referral) = self.load(connection).await?;
        Ok(Report::new()
            .text("model", listing.model)
            .text("referrer", referral.value.referrer)
            .text("referral", referral.address)
            .share_bps("part_of_protocol_fee", listing.market.params.referral_bps)
            .amount("due", listing.quote.amount(referral.value.due_atoms), &listing.quote.symbol))
    }

    async fn claim(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let (listing, referral) = self.load(connection).await?;
        let (referrer, due_atoms) = (referral.value.referrer, referral.value.due_atoms);
        if due_atoms == 0 {
            return Err(CliError::unfit("the referral has earned nothing", "wait for trades that name it"));
        }
        let around = connection.receive(&signer.pubkey(), &referrer, &listing.quote);
        let claim = referral_claim(&listing.model, &listing.quote.token, &referrer);
        let report = Report::new().text("model", listing.model).text("referrer", referrer);
        let report = report.amount("paid", listing.quote.amount(due_atoms), &listing.quote.symbol);
        let receipt = connection.ask_and_send("Claiming", &report, &around.enclose([claim]), signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn load(&self, connection: &Connection) -> Result<(Listing, Fetched<Referral>)> {
        let referrer = connection.address_or_own(self.referrer)?;
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let referral = connection.client.referral(&listing.address, &referrer).await?;
        Ok((listing, referral))
    }
}
