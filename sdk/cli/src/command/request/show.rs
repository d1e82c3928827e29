use clap::{Args, ValueEnum};
use modchains_sdk::{
    Pubkey, address,
    decode::FetchedRequest,
    exchange::state::is_invisible,
    oracle::state::{RequestStatus, Service},
};
use serde_json::json;

use super::reading::Reading;
use crate::{
    argument::{ModelArg, RequestArg, show_hash, uses::names},
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Hexadecimal digits of an input that people see.
const INPUT_DIGITS: usize = 128;
/// Hexadecimal digits of an output that people see in a list.
const OUTPUT_DIGITS: usize = 16;

/// Arguments of `request show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    request: RequestArg,
    #[command(flatten)]
    reading: Reading,
}

impl ShowArgs {
    /// Reads the request.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let request = self.request.address(connection).await?;
        connection.show_request(&request, &self.reading).await
    }
}

impl Connection {
    /// A request with its answer.
    pub async fn show_request(&self, address: &Pubkey, reading: &Reading) -> Result<Report> {
        let request = self.client.request(address).await?;
        let service = self.client.state::<Service>(&request.request.value.service).await?.value;
        let quote = self.token(&service.quote_mint).await?;
        let report = details(&request, &service, &quote, self.client.now_seconds().await?);
        reading.add(self, &service.model, &request, report).await
    }
}

fn details(request: &FetchedRequest, service: &Service, quote: &TokenView, now_seconds: i64) -> Report {
    let state = &request.request.value;
    let amount = |report: Report, key, atoms| report.amount(key, quote.amount(atoms), &quote.symbol);
    let input = hex::encode(&request.input);
    let report = Report::new()
        .text("request", request.request.address)
        .text("model", service.model)
        .text("status", status_name(request))
        .text("requester", state.requester)
        .maybe("operator", (state.operator != Pubkey::default()).then_some(state.operator))
        .text("nonce", state.nonce)
        .text("uses", names(state.licence_uses));
    let report = amount(report, "fee", state.fee_atoms);
    let report = amount(report, "tip", state.tip_atoms);
    let report = amount(report, "result_bond", state.result_bond_atoms);
    let report = amount(report, "due_to_requester", state.requester_due_atoms)
        .time("created_at", state.created_at_seconds, now_seconds)
        .time("deadline", state.deadline_seconds, now_seconds)
        .time("claim_deadline", state.claim_deadline_seconds, now_seconds)
        .time("posted_at", state.posted_at_seconds, now_seconds)
        .time("challenge_until", state.challenge_until_seconds, now_seconds)
        .time("settled_at", state.settled_at_seconds, now_seconds)
        .text("bundle_manifest_sha256", hex::encode(state.version_manifest_sha256))
        .flag("input_matches_its_hash", request.input_matches())
        .value("input_hex", shortened(&input, INPUT_DIGITS), json!(input));
    if request.output.is_empty() {
        return report.maybe("output_hex", None::<String>).maybe("output_text", None::<String>);
    }
    report
        .flag("output_matches_its_hash", request.output_matches())
        .maybe("output_hash", show_hash(&state.output_hash))
        .maybe("trace_root", show_hash(&state.trace_root))
        .text("output_hex", hex::encode(&request.output))
        .maybe("output_text", printable(&request.output))
}

/// Bytes as text, when they are text that a terminal can show.
fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains(is_invisible))
}

/// Where a request stands, in a word.
pub fn status_name(request: &FetchedRequest) -> &'static str {
    request.status().map_or("unknown", name)
}

const fn name(status: RequestStatus) -> &'static str {
    match status {
        RequestStatus::Open => "open",
        RequestStatus::Claimed => "claimed",
        RequestStatus::Posted => "posted",
        RequestStatus::Disputed => "disputed",
        RequestStatus::Finalized => "finalized",
        RequestStatus::Overturned => "overturned",
        RequestStatus::Refunded => "refunded",
    }
}

/// A status to filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusFilter {
    /// Any operator may claim it.
    Open,
    /// One operator is at work.
    Claimed,
    /// A result waits for the end of its challenge window.
    Posted,
    /// The result is under challenge.
    Disputed,
    /// The result stands.
    Finalized,
    /// The result was proved wrong.
    Overturned,
    /// Everything went back.
    Refunded,
}

impl From<StatusFilter> for RequestStatus {
    fn from(filter: StatusFilter) -> Self {
        match filter {
            StatusFilter::Open => Self::Open,
            StatusFilter::Claimed => Self::Claimed,
            StatusFilter::Posted => Self::Posted,
            StatusFilter::Disputed => Self::Disputed,
            StatusFilter::Finalized => Self::Finalized,
            StatusFilter::Overturned => Self::Overturned,
            StatusFilter::Refunded => Self::Refunded,
        }
    }
}

/// Arguments of `request list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Only those in this status.
    #[arg(long, value_enum)]
    status: Option<StatusFilter>,
    /// Only those of this requester.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "mine")]
    requester: Option<Pubkey>,
    /// Only those of the key of --keypair.
    #[arg(long)]
    mine: bool,
}

impl ListArgs {
    /// Reads the requests, newest first.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let model = self.model.address(connection).await?;
        let requester = if self.mine { Some(connection.address_or_own(None)?) } else { self.requester };
        let service = connection.client.service(&model).await?.value;
        let quote = connection.token(&service.quote_mint).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let status = self.status.map(RequestStatus::from);
        let mut requests = connection.client.requests(&address::oracle::service(&model), status).await?;
        requests.retain(|request| requester.is_none_or(|requester| request.request.value.requester == requester));
        requests.sort_by_key(|request| {
            (std::cmp::Reverse(request.request.value.created_at_seconds), request.request.address)
        });
        let rows = requests.iter().map(|request| row(request, &quote, now_seconds)).collect();
        Ok(Report::new().text("model", model).list("requests", rows))
    }
}

fn row(request: &FetchedRequest, quote: &TokenView, now_seconds: i64) -> Report {
    let state = &request.request.value;
    let output = (!request.output.is_empty()).then(|| hex::encode(&request.output));
    let shown = output.as_deref().map_or_else(|| "-".to_owned(), |output| shortened(output, OUTPUT_DIGITS));
    Report::new()
        .text("request", request.request.address)
        .text("status", status_name(request))
        .text("requester", state.requester)
        .value(
            "price",
            show_price(state.fee_atoms, state.tip_atoms, quote),
            json!({
                "fee": quote.amount(state.fee_atoms).json(),
                "tip": quote.amount(state.tip_atoms).json(),
            }),
        )
        .time("created_at", state.created_at_seconds, now_seconds)
        .value("output_hex", shown, json!(output))
}

fn show_price(fee_atoms: u64, tip_atoms: u64, quote: &TokenView) -> String {
    match tip_atoms {
        0 => quote.show(fee_atoms),
        _ => format!("{} + {}", quote.amount(fee_atoms), quote.show(tip_atoms)),
    }
}

/// The start of a long text.
fn shortened(text: &str, shown: usize) -> String {
    match text.char_indices().nth(shown) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use modchains_sdk::{decode::Fetched, oracle::state::Request};

    use super::*;

    fn request(status: RequestStatus, output: &[u8]) -> FetchedRequest {
        let value = Request { status: status as u8, fee_atoms: 1_000, tip_atoms: 5, ..Request::zeroed() };
        let request = Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 };
        FetchedRequest { request, input: vec![1, 2], output: output.to_vec() }
    }

    #[test]
    fn an_answer_is_shown_in_hexadecimal_and_as_text_when_it_is_text() {
        let shown = |output: &[u8]| {
            let request = request(RequestStatus::Posted, output);
            details(&request, &Service::zeroed(), &TokenView::sol(), 0).json()
        };
        let answered = shown(b"seven");
        assert_eq!((&answered["output_hex"], &answered["output_text"]), (&json!("736576656e"), &json!("seven")));
        assert_eq!(answered["output_matches_its_hash"], json!(false));
        assert_eq!(shown(&[7, 0xff])["output_text"], json!(null));
        assert_eq!(shown(&[7])["output_text"], json!(null));
    }

    #[test]
    fn a_request_without_an_answer_says_so() {
        let json = details(&request(RequestStatus::Open, &[]), &Service::zeroed(), &TokenView::sol(), 0).json();
        assert_eq!((&json["status"], &json["operator"]), (&json!("open"), &json!(null)));
        assert_eq!(json["output_hex"], json!(null));
    }

    #[test]
    fn a_row_shortens_for_people_but_not_for_scripts() {
        let request = request(RequestStatus::Finalized, &[0xab; 20]);
        let row = row(&request, &TokenView::sol(), 0);
        assert_eq!(row.json()["output_hex"], json!("ab".repeat(20)));
        assert!(row.render().contains("abababababababab..."));
        assert_eq!(row.json()["price"]["tip"]["atoms"], "5");
    }
}
