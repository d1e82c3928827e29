//! Offering a model for inference.

use clap::{Args, Subcommand, ValueEnum};
use modchains_sdk::{
    Pubkey, address,
    core::fees::SPLIT_APPLY_SECONDS,
    exchange::state::ModelVersion,
    instruction::oracle::{service_close, service_configure, service_open, service_split_apply},
    oracle::{
        instructions::{ServiceConfigureArgs, ServiceOpenArgs},
        state::{INPUT_BYTES_MAX, Service, ServiceTerms, UsageSplit},
    },
};
use thiserror::Error;

use super::model::numeric_class;
use crate::{
    amount::Decimal,
    argument::{ModelArg, parse_seconds},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// Longest wait of a new service unless told otherwise: one hour.
pub const WAIT_MAX_SECONDS_DEFAULT: u32 = 3_600;
/// Longest output of a new service unless told otherwise. Requesters pay rent for it.
const OUTPUT_BYTES_DEFAULT: u16 = 256;

/// Offer a model for inference.
#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Offer a model for inference. Only the creator may; the market must be open.
    Open(OpenArgs),
    /// Change the terms of new requests. What is not given stays as it is.
    Configure(ConfigureArgs),
    /// Put a queued split of fees into force, once its 31 days are over. Anyone may.
    SplitApply(ShowArgs),
    /// Close a service that nobody uses, 31 days after it was closed to new requests. Only the creator may; the rent goes back
    /// to who paid it.
    Close(ShowArgs),
    /// Show terms, escrow and accrued fees.
    Show(ShowArgs),
}

impl ServiceCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::Configure(args) => args.run(connection).await,
            Self::SplitApply(args) => args.split_apply(connection).await,
            Self::Close(args) => args.close(connection).await,
            Self::Show(args) => args.run(connection).await,
        }
    }
}

/// Terms of new requests that may be left out.
#[derive(Debug, Clone, Args)]
struct TermArgs {
    /// Version that answers [default: the present one; for a new service, the newest].
    #[arg(long, value_name = "INDEX")]
    version: Option<u32>,
    /// Shortest wait a request may ask for [default for a new service: 1s].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    wait_min: Option<u32>,
    /// Longest wait a request may ask for, up to 30d [default for a new service: 1h].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    wait_max: Option<u32>,
    /// Longest input, up to 599 bytes [default for a new service: 599].
    #[arg(long, value_name = "BYTES")]
    input_max: Option<u16>,
    /// Longest output, up to 824 bytes; the requester pays rent for it [default for a new service: 256].
    #[arg(long, value_name = "BYTES")]
    output_max: Option<u16>,
    /// Shares of operator, stakers, creator, reserve and protocol in basis points that add up to 10000, such as
    /// 7000,1200,800,500,500 [default for a new service: the protocol's].
    #[arg(long, value_name = "BPS,BPS,BPS,BPS,BPS", value_parser = parse_split)]
    split: Option<UsageSplit>,
}

/// Why text is no split of fees.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a split is five whole numbers that add up to 10000: operator,stakers,creator,reserve,protocol")]
struct NoSplit;

fn parse_split(text: &str) -> std::result::Result<UsageSplit, NoSplit> {
    let parts: Vec<u16> =
        text.split(',').map(|part| part.trim().parse().map_err(|_| NoSplit)).collect::<std::result::Result<_, _>>()?;
    let [operator_bps, vault_bps, creator_bps, reserve_bps, protocol_bps] = parts[..] else { return Err(NoSplit) };
    let sum: u32 = parts.iter().map(|part| u32::from(*part)).sum();
    let split = UsageSplit { operator_bps, vault_bps, creator_bps, reserve_bps, protocol_bps };
    if sum == 10_000 { Ok(split) } else { Err(NoSplit) }
}

/// Arguments of `service open`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains service open MODEL --fee 0.001 --input-max 64 --output-max 64")]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Price of a request, in the token that the market trades against.
    #[arg(long, value_name = "AMOUNT")]
    fee: Decimal,
    #[command(flatten)]
    terms: TermArgs,
}

impl OpenArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.model.address(connection).await?;
        let model = connection.client.model(&address).await?.value;
        let index = self.terms.version.unwrap_or(model.current_version);
        require_version(&address, index, model.version_count)?;
        let quote = connection.token(&connection.client.market(&address).await?.value.quote_mint).await?;
        let terms = ServiceTerms {
            fee_atoms: positive_atoms(&self.fee, &quote)?,
            max_wait_min_seconds: self.terms.wait_min.unwrap_or(1),
            max_wait_max_seconds: self.terms.wait_max.unwrap_or(WAIT_MAX_SECONDS_DEFAULT),
            input_bytes_max: self.terms.input_max.unwrap_or(INPUT_BYTES_MAX),
            output_bytes_max: self.terms.output_max.unwrap_or(OUTPUT_BYTES_DEFAULT),
            split: self.terms.split,
        };
        let about = show_terms(Report::new().text("model", address).number("version", index), &terms, &quote);
        let open = service_open(&signer.pubkey(), &address, index, &quote.token, ServiceOpenArgs { terms });
        let receipt = connection.ask_and_send("Opening the service", &about, &[open], signer).await?;
        Ok(show(connection, &address).await?.receipt(&receipt))
    }
}

fn require_version(model: &Pubkey, index: u32, version_count: u32) -> Result<()> {
    if (1..=version_count).contains(&index) {
        return Ok(());
    }
    let what = format!("model {model} has {version_count} versions and no version {index}");
    Err(CliError::unfit(what, "publish one with `modchains model publish`, or pass --version"))
}

/// Whether new requests are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// New requests and operators are taken.
    Open,
    /// No new requests and operators are taken; those that exist run to their end.
    Closed,
}

/// Arguments of `service configure`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The protocol's present windows and bonds are taken over for new requests. Requests that exist
keep their terms. A split that gives less to stakers, creator, reserve or protocol is queued for 31 days; then anyone can put
it into force with `modchains service split-apply`, within 14 days: one that nobody applied lapses.

Examples:
  modchains service configure MODEL --fee 0.002
  modchains service configure MODEL --state closed"
)]
pub struct ConfigureArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Price of a request, in the token that the market trades against.
    #[arg(long, value_name = "AMOUNT")]
    fee: Option<Decimal>,
    #[command(flatten)]
    terms: TermArgs,
    /// Whether new requests are taken.
    #[arg(long, value_enum)]
    state: Option<State>,
}

impl ConfigureArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.model.address(connection).await?;
        let service = connection.client.service(&address).await?.value;
        let quote = connection.token(&service.quote_mint).await?;
        let fee_atoms = self.fee.as_ref().map(|fee| positive_atoms(fee, &quote)).transpose()?;
        let index = match self.terms.version {
            Some(index) => {
                require_version(&address, index, connection.client.model(&address).await?.value.version_count)?;
                index
            }
            None => connection.client.state::<ModelVersion>(&service.version).await?.value.index,
        };
        let terms = ServiceTerms {
            fee_atoms: fee_atoms.unwrap_or(service.fee_atoms),
            max_wait_min_seconds: self.terms.wait_min.unwrap_or(service.max_wait_min_seconds),
            max_wait_max_seconds: self.terms.wait_max.unwrap_or(service.max_wait_max_seconds),
            input_bytes_max: self.terms.input_max.unwrap_or(service.input_bytes_max),
            output_bytes_max: self.terms.output_max.unwrap_or(service.output_bytes_max),
            split: self.terms.split,
        };
        let open = self.state.map_or(service.is_open(), |state| state == State::Open);
        let about = Report::new().text("model", address).number("version", index).flag("open", open);
        let about = show_terms(about, &terms, &quote);
        let configure = service_configure(&signer.pubkey(), &address, index, ServiceConfigureArgs { terms, open });
        let receipt = connection.ask_and_send("Configuring the service", &about, &[configure], signer).await?;
        Ok(show(connection, &address).await?.receipt(&receipt))
    }
}

/// A service, by its model.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ShowArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        show(connection, &self.model.address(connection).await?).await
    }

    async fn split_apply(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let service = connection.client.service(&model).await?.value;
        let now_seconds = connection.client.now_seconds().await?;
        if service.pending_split_at_seconds == 0 {
            let remedy = "queue one with `modchains service configure --split`";
            return Err(CliError::unfit("the service has no queued split", remedy));
        }
        let about = add_queued_split(Report::new().text("model", model), &service, now_seconds);
        let apply = service_split_apply(&model);
        let receipt = connection.ask_and_send("Applying the split", &about, &[apply], signer).await?;
        Ok(show(connection, &model).await?.receipt(&receipt))
    }

    async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let service = connection.client.service(&model).await?.value;
        let quote = connection.token(&service.quote_mint).await?;
        let about = Report::new().text("model", model).text("rent_to", service.payer);
        let close = service_close(&signer.pubkey(), &model, &service.payer, &quote.token);
        let receipt = connection.ask_and_send("Closing the service", &about, &[close], signer).await?;
        Ok(about.receipt(&receipt))
    }
}

async fn show(connection: &Connection, model: &Pubkey) -> Result<Report> {
    let service = connection.client.service(model).await?.value;
    let quote = connection.token(&service.quote_mint).await?;
    let version = connection.client.state::<ModelVersion>(&service.version).await?.value.index;
    let now_seconds = connection.client.now_seconds().await?;
    let report = report(&service, version, &quote);
    let report = match service.fee_kept_until_seconds {
        // Set by a decision of the stakers, and of no account once it is past.
        kept_until if kept_until > now_seconds => report.time("fee_decided_by_stakers_until", kept_until, now_seconds),
        _ => report,
    };
    Ok(add_queued_split(report, &service, now_seconds))
}

/// Adds the split that waits for its timelock, if one does.
fn add_queued_split(report: Report, service: &Service, now_seconds: i64) -> Report {
    if service.pending_split_at_seconds == 0 {
        return report;
    }
    let from_seconds = service.pending_split_at_seconds;
    let queued = split_report(&service.pending_split).time("applies_from", from_seconds, now_seconds).time(
        "lapses",
        from_seconds.saturating_add(SPLIT_APPLY_SECONDS.into()),
        now_seconds,
    );
    report.group("queued_split", queued)
}

/// The terms of a service that is to be opened or changed.
pub fn show_terms(report: Report, terms: &ServiceTerms, quote: &TokenView) -> Report {
    report
        .amount("fee", quote.amount(terms.fee_atoms), &quote.symbol)
        .number("wait_min_seconds", terms.max_wait_min_seconds)
        .number("wait_max_seconds", terms.max_wait_max_seconds)
        .number("input_bytes_max", terms.input_bytes_max)
        .number("output_bytes_max", terms.output_bytes_max)
}

fn report(service: &Service, version: u32, quote: &TokenView) -> Report {
    let amount = |report: Report, key, atoms| report.amount(key, quote.amount(atoms), &quote.symbol);
    let split = split_report(&service.split);
    let accrued = amount(Report::new(), "stakers", service.accrued_vault_atoms);
    let accrued = amount(accrued, "creator", service.accrued_creator_atoms);
    let accrued = amount(accrued, "reserve", service.accrued_reserve_atoms);
    let accrued = amount(accrued, "protocol", service.accrued_protocol_atoms);
    let report = Report::new()
        .text("model", service.model)
        .text("service", address::oracle::service(&service.model))
        .flag("open", service.is_open())
        .number("version", version)
        .text("bundle_manifest_sha256", hex::encode(service.manifest_sha256))
        .text("numeric_class", numeric_class(service.numeric_class));
    let report = amount(report, "fee", service.fee_atoms);
    let report = amount(report, "claim_bond", service.claim_bond_atoms);
    let report = amount(report, "result_bond_at_least", service.min_bond_atoms);
    let report = report
        .number("wait_min_seconds", service.max_wait_min_seconds)
        .number("wait_max_seconds", service.max_wait_max_seconds)
        .number("claim_seconds", service.claim_seconds)
        .number("challenge_window_seconds", service.challenge_window_seconds)
        .number("input_bytes_max", service.input_bytes_max)
        .number("output_bytes_max", service.output_bytes_max)
        .number("requests_created", service.requests_created)
        .number("terms_counter", service.terms_counter);
    amount(report, "escrowed", service.escrowed_atoms).group("split", split).group("accrued", accrued)
}

fn split_report(split: &UsageSplit) -> Report {
    Report::new()
        .share_bps("operator", split.operator_bps)
        .share_bps("stakers", split.vault_bps)
        .share_bps("creator", split.creator_bps)
        .share_bps("reserve", split.reserve_bps)
        .share_bps("protocol", split.protocol_bps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_split_is_five_parts_of_ten_thousand() {
        let split = parse_split("7000, 1200,800,500,500").unwrap();
        assert_eq!((split.operator_bps, split.protocol_bps), (7_000, 500));
        for text in ["", "7000,1200,800,500", "7000,1200,800,500,501", "1,2,3,4,5,6", "70000,0,0,0,0", "-1,1,0,0,10000"]
        {
            assert_eq!(parse_split(text), Err(NoSplit), "{text}");
        }
    }

    #[test]
    fn a_queued_split_is_shown_with_the_time_from_which_and_until_which_it_can_be_applied() {
        let pending_split = parse_split("7000,1200,800,500,500").unwrap();
        let service = Service { pending_split, pending_split_at_seconds: 1_000, ..Service::zeroed() };
        let json = add_queued_split(Report::new(), &service, 400).json()["queued_split"].clone();
        assert_eq!((&json["stakers"]["percent"], &json["applies_from"]), (&json!("12"), &json!(1_000)));
        assert_eq!(json["lapses"], json!(1_000 + 14 * 86_400));
        let none = Service { pending_split_at_seconds: 0, ..service };
        assert!(add_queued_split(Report::new(), &none, 400).is_empty());
    }

    #[test]
    fn a_version_must_exist() {
        let model = Pubkey::default();
        assert!(require_version(&model, 2, 2).is_ok());
        for (index, count) in [(0, 0), (0, 2), (3, 2)] {
            assert!(matches!(require_version(&model, index, count), Err(CliError::Unfit { .. })));
        }
    }

    #[test]
    fn a_service_in_json_has_typed_terms() {
        let split = parse_split("7000,1200,800,500,500").unwrap();
        let service = Service { fee_atoms: 1_000_000, split, max_wait_max_seconds: 60, ..Service::zeroed() };
        let json = report(&service, 3, &TokenView::sol()).json();
        assert_eq!((&json["open"], &json["version"], &json["wait_max_seconds"]), (&json!(true), &json!(3), &json!(60)));
        assert_eq!(json["fee"]["amount"], "0.001");
        assert_eq!(json["split"]["stakers"], json!({ "ppm": 120_000, "percent": "12" }));
        assert_eq!(json["accrued"]["reserve"]["atoms"], "0");
    }
}
