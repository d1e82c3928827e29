use clap::Args;
use modchains_sdk::{
    Pubkey, address,
    client::request_refused,
    decode::FetchedRequest,
    instruction::oracle::{claim_expire, licence_use_close, request_close, request_refund, result_finalize},
    oracle::state::{LicenceUse, Service},
};

use super::reading::Reading;
use crate::{
    amount::Amount,
    argument::{ModelArg, RequestArg},
    connection::{Around, Connection, TokenView},
    error::Result,
    output::Report,
};

/// A request with its service and token.
struct Subject {
    request: FetchedRequest,
    service: Service,
    quote: TokenView,
}

impl Subject {
    async fn load(connection: &Connection, address: &Pubkey) -> Result<Self> {
        let request = connection.client.request(address).await?;
        let service = connection.client.state::<Service>(&request.request.value.service).await?.value;
        let quote = connection.token(&service.quote_mint).await?;
        Ok(Self { request, service, quote })
    }
}

/// Arguments of `request finalize`.
#[derive(Debug, Args)]
pub struct FinalizeArgs {
    #[command(flatten)]
    request: RequestArg,
}

impl FinalizeArgs {
    /// Finalizes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.request.address(connection).await?;
        let Subject { request, service, .. } = Subject::load(connection, &address).await?;
        let operator = request.request.value.operator;
        let finalize = result_finalize(&service.model, &address, &operator);
        let about = Report::new().text("request", address).text("model", service.model);
        let receipt = connection.ask_and_send("Finalizing", &about, &[finalize], signer).await?;
        Ok(connection.show_request(&address, &Reading::default()).await?.receipt(&receipt))
    }
}

/// Arguments of `request refund`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Fee, tip and forfeited claim bonds go to the requester, whoever sends this. A claim that has
lapsed is taken away from its operator first. SOL is unwrapped when the requester sends it."
)]
pub struct RefundArgs {
    #[command(flatten)]
    request: RequestArg,
}

impl RefundArgs {
    /// Refunds.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.request.address(connection).await?;
        let Subject { request, quote, .. } = Subject::load(connection, &address).await?;
        let state = &request.request.value;
        let now_seconds = connection.client.now_seconds().await?;
        // A claim that has lapsed must be taken away first.
        let standing = request.state()?;
        let expiry = standing.expire_claim(now_seconds).ok();
        let refund = expiry.map_or(standing, |expiry| expiry.next).refund(now_seconds).map_err(request_refused)?;
        let expire = claim_expire(&state.service, &address, &state.operator);
        let refunding = request_refund(&state.service, &address, &state.requester, &quote.token);
        let middle = expiry.map(|_| expire).into_iter().chain([refunding]);
        let instructions = connection.receive(&signer.pubkey(), &state.requester, &quote).enclose(middle);
        let about = Report::new().text("request", address).text("requester", state.requester).amount(
            "refunded",
            quote.amount(refund.refund_atoms),
            &quote.symbol,
        );
        let receipt = connection.ask_and_send("Refunding", &about, &instructions, signer).await?;
        Ok(connection.show_request(&address, &Reading::default()).await?.receipt(&receipt))
    }
}

/// Arguments of `request close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    #[command(flatten)]
    request: RequestArg,
}

impl CloseArgs {
    /// Closes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.request.address(connection).await?;
        let Subject { request, quote, .. } = Subject::load(connection, &address).await?;
        let (owner, state) = (signer.pubkey(), &request.request.value);
        let around = match state.requester_due_atoms {
            0 => Around::default(),
            _ => connection.receive(&owner, &owner, &quote),
        };
        let close = request_close(&owner, &state.service, &address, &quote.token);
        let report = Report::new()
            .text("request", address)
            .amount("rent", Amount::sol(request.request.lamports), "SOL")
            .amount("due_to_requester", quote.amount(state.requester_due_atoms), &quote.symbol);
        let receipt = connection.ask_and_send("Closing", &report, &around.enclose([close]), signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Arguments of `request counter-close`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "A licence that limits the rate of your requests counts them in an account that you paid for. It
can be closed 30 days after the last window began."
)]
pub struct CounterCloseArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl CounterCloseArgs {
    /// Closes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let (requester, model) = (signer.pubkey(), self.model.address(connection).await?);
        let counter = address::oracle::licence_use(&model, &requester);
        let lamports = connection.client.state::<LicenceUse>(&counter).await?.lamports;
        let close = licence_use_close(&requester, &model);
        let report =
            Report::new().text("model", model).text("counter", counter).amount("rent", Amount::sol(lamports), "SOL");
        let receipt = connection.ask_and_send("Closing", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }
}
