use clap::{Args, Subcommand, ValueEnum};
use modchains_sdk::{
    Pubkey, address,
    core::licence::LicenceTerms,
    decode::Fetched,
    exchange::state::{CONTENT_ROYALTY_BPS_MAX, Licence, LicenceGrantArgs, Market, Model, ModelTerms},
    instruction::registry::{licence_close, licence_grant, licence_revoke, model_terms_set},
};

use crate::{
    amount::Decimal,
    argument::{
        ModelArg, parse_percent_bps, parse_seconds,
        uses::{Use, bits, names},
    },
    connection::{Connection, TokenView},
    error::{CliError, Result},
    output::Report,
};

/// Say who may use a model for what, and at which price.
#[derive(Debug, Subcommand)]
pub enum LicenceCommand {
    /// Set the default licence and what minting content costs. Only the creator may. What is not given stays.
    Set(TermsArgs),
    /// Grant somebody a licence of their own, in place of the default. Only the creator may.
    Grant(GrantArgs),
    /// Revoke a revocable licence at once. Only the creator may.
    Revoke(RevokeArgs),
    /// Close a licence that is revoked or over; its grantee is under the default licence again. Only the creator may.
    Close(RevokeArgs),
    /// Show the default licence and, with --grantee, what somebody was granted.
    Show(ShowArgs),
}

impl LicenceCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Set(args) => args.run(connection).await,
            Self::Grant(args) => args.run(connection).await,
            Self::Revoke(args) => args.run(connection).await,
            Self::Close(args) => args.close(connection).await,
            Self::Show(args) => args.run(connection).await,
        }
    }
}

/// Who may use a model without a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Everybody, for the service's fee.
    Public,
    /// Everybody, for the licence's price at least.
    Paid,
    /// Nobody.
    GrantOnly,
}

/// Arguments of `model licence set`.
#[derive(Debug, Args)]
#[command(after_long_help = "Amounts are in the token that the model's market trades against.

Examples:
  modchains model licence set MODEL --kind paid --price 0.05 --uses personal,research
  modchains model licence set MODEL --rate 100 --rate-window 1h
  modchains model licence set MODEL --content-fee 0.1 --royalty 5")]
pub struct TermsArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Who may use the model without a grant.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// What for, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    uses: Vec<Use>,
    /// Least that a request pays when the licence is paid.
    #[arg(long, value_name = "QUOTE")]
    price: Option<Decimal>,
    /// Most requests of one requester in one window; 0 for any number.
    #[arg(long, value_name = "COUNT")]
    rate: Option<u32>,
    /// Length of that window, at most 30 days.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    rate_window: Option<u32>,
    /// What minting a result as content costs.
    #[arg(long, value_name = "QUOTE")]
    content_fee: Option<Decimal>,
    /// Royalty that minted content declares, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent_bps)]
    royalty: Option<u16>,
}

impl TermsArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let address = self.model.address(connection).await?;
        let mut model = connection.client.model(&address).await?.value;
        let quote = quote_of(connection, &address).await?;
        let terms = self.terms(&model, &quote)?;
        require_sound(&terms)?;
        // Sound terms are taken; a refusal of the program's own code would be logged to standard output.
        model.set_terms(&terms).map_err(|_| unfit_terms())?;
        let report = Report::new().text("model", address).group("licence", show_terms(&model, &quote));
        let set = model_terms_set(&signer.pubkey(), &address, terms);
        let receipt = connection.ask_and_send("Setting the terms", &report, &[set], signer).await?;
        Ok(report.receipt(&receipt))
    }

    /// The model's terms with what is given.
    fn terms(&self, model: &Model, quote: &TokenView) -> Result<ModelTerms> {
        let atoms = |given: &Option<Decimal>, kept_atoms| match given {
            Some(amount) => Ok::<u64, CliError>(amount.of_token(quote.decimals)?.atoms),
            None => Ok(kept_atoms),
        };
        let rate_max = self.rate.unwrap_or(model.licence_rate_max);
        Ok(ModelTerms {
            licence_kind: self.kind.map_or(model.licence_kind, |kind| kind as u8),
            licence_uses: if self.uses.is_empty() { model.licence_uses } else { bits(&self.uses) },
            licence_price_atoms: atoms(&self.price, model.licence_price_atoms)?,
            licence_rate_max: rate_max,
            licence_rate_window_seconds: match rate_max {
                0 => 0,
                _ => self.rate_window.unwrap_or(model.licence_rate_window_seconds),
            },
            content_fee_atoms: atoms(&self.content_fee, model.content_fee_atoms)?,
            content_royalty_bps: self.royalty.unwrap_or(model.content_royalty_bps),
        })
    }
}

/// Refuses terms that the program would.
fn require_sound(terms: &ModelTerms) -> Result<()> {
    let licence = LicenceTerms {
        uses: terms.licence_uses,
        price_atoms: terms.licence_price_atoms,
        rate_max: terms.licence_rate_max,
        rate_window_seconds: terms.licence_rate_window_seconds,
    };
    let is_sound = licence.validate().is_ok() && terms.content_royalty_bps <= CONTENT_ROYALTY_BPS_MAX;
    if is_sound { Ok(()) } else { Err(unfit_terms()) }
}

fn unfit_terms() -> CliError {
    let remedy = "name at least one use, a --rate-window of at most 30d with a --rate, a --royalty of at most 10";
    CliError::unfit("the terms are out of bounds", remedy)
}

/// The token that a model's prices are in: what its market trades against, SOL while there is none.
pub async fn quote_of(connection: &Connection, model: &Pubkey) -> Result<TokenView> {
    let market: Option<Fetched<Market>> = connection.client.find_state(&address::exchange::market(model)).await?;
    match market {
        Some(market) => connection.token(&market.value.quote_mint).await,
        None => Ok(TokenView::sol()),
    }
}

/// The default licence of a model.
pub fn show_terms(model: &Model, quote: &TokenView) -> Report {
    let kind = [Kind::Public, Kind::Paid, Kind::GrantOnly].into_iter().find(|kind| *kind as u8 == model.licence_kind);
    let kind = kind.and_then(|kind| kind.to_possible_value());
    let kind = kind.map_or_else(|| format!("unknown ({})", model.licence_kind), |kind| kind.get_name().to_owned());
    let report = Report::new().text("kind", kind).text("uses", names(model.licence_uses));
    let report = report.amount("price", quote.amount(model.licence_price_atoms), &quote.symbol);
    add_rate(report, model.licence_rate_max, model.licence_rate_window_seconds)
        .amount("content_fee", quote.amount(model.content_fee_atoms), &quote.symbol)
        .share_bps("royalty", model.content_royalty_bps)
}

fn add_rate(report: Report, rate_max: u32, window_seconds: u32) -> Report {
    match rate_max {
        0 => report.maybe("rate", None::<u32>),
        _ => {
            let json = serde_json::json!({ "requests": rate_max, "window_seconds": window_seconds });
            report.value("rate", format!("{rate_max} requests in {window_seconds} s"), json)
        }
    }
}

/// Arguments of `model licence grant`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "A grant replaces the default licence for its grantee. Granting again replaces the terms of a grant that is revocable, or over.

Examples:
  modchains model licence grant MODEL --grantee ADDRESS --uses all --price 0.01 --expires-in 30d
  modchains model licence grant MODEL --grantee ADDRESS --uses research --irrevocable"
)]
pub struct GrantArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Who may use the model.
    #[arg(long, value_name = "ADDRESS")]
    grantee: Pubkey,
    /// What for, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', required = true)]
    uses: Vec<Use>,
    /// Least that a request pays, in the market's quote token; more if the service asks more.
    #[arg(long, value_name = "QUOTE", default_value = "0")]
    price: Decimal,
    /// Most requests in one window [default: any number].
    #[arg(long, value_name = "COUNT", requires = "rate_window")]
    rate: Option<u32>,
    /// Length of that window, at most 30 days.
    #[arg(long, value_name = "TIME", requires = "rate", value_parser = parse_seconds)]
    rate_window: Option<u32>,
    /// When the licence ends [default: never].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    expires_in: Option<u32>,
    /// Nobody can revoke it.
    #[arg(long)]
    irrevocable: bool,
}

impl GrantArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let quote = quote_of(connection, &model).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let args = LicenceGrantArgs {
            grantee: self.grantee,
            price_atoms: self.price.of_token(quote.decimals)?.atoms,
            expires_at_seconds: self.expires_in.map_or(0, |seconds| now_seconds.saturating_add(seconds.into())),
            rate_max: self.rate.unwrap_or(0),
            rate_window_seconds: self.rate_window.unwrap_or(0),
            uses: bits(&self.uses),
            revocable: !self.irrevocable,
        };
        let terms = LicenceTerms {
            uses: args.uses,
            price_atoms: args.price_atoms,
            rate_max: args.rate_max,
            rate_window_seconds: args.rate_window_seconds,
        };
        terms.validate().map_err(|_| unfit_terms())?;
        let report = Report::new().text("model", model).text("grantee", args.grantee).text("uses", names(args.uses));
        let report = report.amount("price", quote.amount(args.price_atoms), &quote.symbol);
        let report = add_rate(report, args.rate_max, args.rate_window_seconds)
            .time("expires_at", args.expires_at_seconds, now_seconds)
            .flag("revocable", args.revocable);
        let grant = licence_grant(&signer.pubkey(), &model, args);
        let receipt = connection.ask_and_send("Granting the licence", &report, &[grant], signer).await?;
        Ok(report.text("licence", address::exchange::licence(&model, &self.grantee)).receipt(&receipt))
    }
}

/// Arguments of `model licence revoke` and `close`.
#[derive(Debug, Args)]
#[command(after_long_help = "Requests that were made under it go on.

Example:
  modchains model licence revoke MODEL --grantee ADDRESS")]
pub struct RevokeArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Whose licence.
    #[arg(long, value_name = "ADDRESS")]
    grantee: Pubkey,
}

impl RevokeArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let licence = connection.client.licence(&model, &self.grantee).await?;
        let report = Report::new().text("model", model).text("grantee", self.grantee).text("licence", licence.address);
        let revoke = licence_revoke(&signer.pubkey(), &model, &self.grantee);
        let receipt = connection.ask_and_send("Revoking the licence", &report, &[revoke], signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let licence = connection.client.licence(&model, &self.grantee).await?;
        let report = Report::new().text("model", model).text("grantee", self.grantee).text("licence", licence.address);
        let report = report.text("rent_to", licence.value.paid_by);
        let close = licence_close(&signer.pubkey(), &model, &self.grantee, &licence.value.paid_by);
        let receipt = connection.ask_and_send("Closing the licence", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Arguments of `model licence show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Show what this address was granted too.
    #[arg(long, value_name = "ADDRESS")]
    grantee: Option<Pubkey>,
}

impl ShowArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let address = self.model.address(connection).await?;
        let model = connection.client.model(&address).await?.value;
        let quote = quote_of(connection, &address).await?;
        let report = Report::new().text("model", address).group("default", show_terms(&model, &quote));
        let Some(grantee) = self.grantee else { return Ok(report) };
        let now_seconds = connection.client.now_seconds().await?;
        let licence = connection.client.licence(&address, &grantee).await?;
        Ok(report.group("grant", show_grant(&licence, &quote, now_seconds)))
    }
}

fn show_grant(licence: &Fetched<Licence>, quote: &TokenView, now_seconds: i64) -> Report {
    let state = &licence.value;
    let is_over = state.expires_at_seconds != 0 && now_seconds >= state.expires_at_seconds;
    let report = Report::new()
        .text("licence", licence.address)
        .text("grantee", state.grantee)
        .flag("in_force", !is_over && state.revoked_at_seconds == 0)
        .text("uses", names(state.uses))
        .amount("price", quote.amount(state.price_atoms), &quote.symbol);
    add_rate(report, state.rate_max, state.rate_window_seconds)
        .time("expires_at", state.expires_at_seconds, now_seconds)
        .time("revoked_at", state.revoked_at_seconds, now_seconds)
        .flag("revocable", state.revocable != 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use clap::Parser;
    use modchains_sdk::core::licence::LicenceKind;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        terms: TermsArgs,
    }

    fn terms(model: &Model, line: &str) -> ModelTerms {
        let line = format!("terms --name digits {line}");
        Line::try_parse_from(line.split_whitespace()).unwrap().terms.terms(model, &TokenView::sol()).unwrap()
    }

    #[test]
    fn what_is_not_given_stays() {
        let model = Model {
            licence_kind: 2,
            licence_uses: 3,
            licence_price_atoms: 5,
            licence_rate_max: 7,
            licence_rate_window_seconds: 60,
            content_fee_atoms: 11,
            content_royalty_bps: 13,
            ..Model::zeroed()
        };
        let same = terms(&model, "");
        assert_eq!((same.licence_kind, same.licence_uses, same.licence_price_atoms), (2, 3, 5));
        assert_eq!((same.licence_rate_max, same.licence_rate_window_seconds), (7, 60));
        assert_eq!((same.content_fee_atoms, same.content_royalty_bps), (11, 13));
        let given = terms(&model, "--kind paid --uses research,content --price 0.5 --rate 0 --royalty 2.5");
        assert_eq!((given.licence_kind, given.licence_uses, given.licence_price_atoms), (1, 18, 500_000_000));
        assert_eq!((given.licence_rate_max, given.licence_rate_window_seconds, given.content_royalty_bps), (0, 0, 250));
    }

    #[test]
    fn kinds_are_the_codes_of_the_program() {
        for (kind, code) in [
            (Kind::Public, LicenceKind::Public),
            (Kind::Paid, LicenceKind::Paid),
            (Kind::GrantOnly, LicenceKind::GrantOnly),
        ] {
            assert_eq!(kind as u8, code as u8);
        }
    }
}
