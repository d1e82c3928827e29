use clap::Args;
use modchains_sdk::{
    Pubkey, Signer,
    core::window,
    decode::FetchedRequest,
    instruction::oracle::{claim_expire, request_close, request_refund, result_finalize},
    oracle::state::{RequestStatus, Service},
};

use crate::{amount::Amount, connection::Connection, error::Result, funds::Around, report::Report, token::TokenView};

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
    /// Address of the request.
    request: Pubkey,
}

impl FinalizeArgs {
    /// Finalizes.
    ///
    /// # Errors
    /// When there is no result, or its challenge window is open.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let Subject { request, service, quote } = Subject::load(connection, &self.request).await?;
        let operator = request.request.value.operator;
        let finalize = result_finalize(&service.model, &self.request, &operator, &quote.token.program);
        let receipt = connection.send("Finalizing", &[finalize], &signer).await?;
        Ok(connection.show_request(&self.request).await?.receipt(&receipt))
    }
}

/// Arguments of `request refund`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Fee, tip and forfeited claim bonds go to the requester, whoever sends this. A claim that has
lapsed is taken away from its operator first. SOL is unwrapped when the requester sends it."
)]
pub struct RefundArgs {
    /// Address of the request.
    request: Pubkey,
}

impl RefundArgs {
    /// Refunds.
    ///
    /// # Errors
    /// When the request is answered, or its deadline is ahead.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let Subject { request, quote, .. } = Subject::load(connection, &self.request).await?;
        let state = &request.request.value;
        let now_seconds = connection.client.now_seconds().await?;
        let has_lapsed = request.status() == Ok(RequestStatus::Claimed)
            && !window::is_open(now_seconds, state.claim_deadline_seconds);
        let expire = claim_expire(&state.service, &self.request, &state.operator, &quote.token.program);
        let refund = request_refund(&state.service, &self.request, &state.requester, &quote.token);
        let middle = has_lapsed.then_some(expire).into_iter().chain([refund]);
        let instructions = connection.receive(&signer.pubkey(), &state.requester, &quote).enclose(middle);
        let receipt = connection.send("Refunding", &instructions, &signer).await?;
        Ok(connection.show_request(&self.request).await?.receipt(&receipt))
    }
}

/// Arguments of `request close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// Address of the request.
    request: Pubkey,
}

impl CloseArgs {
    /// Closes.
    ///
    /// # Errors
    /// When the request is not settled, or the signer is not its requester.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let Subject { request, quote, .. } = Subject::load(connection, &self.request).await?;
        let (owner, state) = (signer.pubkey(), &request.request.value);
        let around = match state.requester_due_atoms {
            0 => Around::default(),
            _ => connection.receive(&owner, &owner, &quote),
        };
        let close = request_close(&owner, &state.service, &self.request, &quote.token);
        let receipt = connection.send("Closing", &around.enclose([close]), &signer).await?;
        Ok(Report::new()
            .text("request", self.request)
            .amount("rent", Amount::sol(request.request.lamports), "SOL")
            .amount("due_to_requester", quote.amount(state.requester_due_atoms), &quote.symbol)
            .receipt(&receipt))
    }
}
