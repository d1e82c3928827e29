//! Registering models and publishing versions.

use clap::{Args, Subcommand, ValueEnum};
use modchains_sdk::{
    Pubkey, Signer, address,
    decode::Fetched,
    exchange::{
        instructions::{ModelRegisterArgs, ModelVersionPublishArgs},
        state::{
            Market, Model, ModelVersion, NUMERIC_CLASS_EXACT, NUMERIC_CLASS_TOLERANT, VERIFICATION_CLASS_OPTIMISTIC,
        },
    },
    instruction::exchange::{model_register, model_version_publish},
    oracle::state::Service,
    vault::state::Vault,
};

use crate::{
    connection::Connection,
    error::Result,
    hash::{Hash, parse_hash, show_hash},
    model_arg::ModelArg,
    report::Report,
    token::TokenView,
};

/// Where a model names its creator.
const MODEL_CREATOR: usize = 8 + std::mem::offset_of!(Model, creator);

/// Register models and publish versions.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Register a model and create its token. The key becomes the creator and pays the rent.
    New(NewArgs),
    /// Publish a version of a model and make it current. Only the creator may.
    Version(VersionArgs),
    /// Show a model, its token and its versions.
    Show(ShowArgs),
    /// List models.
    List(ListArgs),
}

impl ModelCommand {
    /// Does it.
    ///
    /// # Errors
    /// Whatever the command refuses.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::New(args) => args.run(connection).await,
            Self::Version(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::List(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `model new`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model new --name digits --symbol DIGIT --uri https://example.org/digits.json")]
pub struct NewArgs {
    /// Name of model and token, 1 to 32 bytes, unique per creator. It cannot be changed.
    #[arg(long)]
    name: String,
    /// Symbol of the token, 1 to 10 bytes.
    #[arg(long)]
    symbol: String,
    /// Where the token's metadata JSON lies, 1 to 200 bytes.
    #[arg(long)]
    uri: String,
}

impl NewArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let creator = signer.pubkey();
        let (name, symbol, uri) = (self.name.clone(), self.symbol.clone(), self.uri.clone());
        let register = model_register(&creator, ModelRegisterArgs { name, symbol, uri });
        let receipt = connection.send("Registering the model", &[register], &signer).await?;
        let model = address::exchange::model(&creator, &self.name);
        let report = Report::new().text("model", model).text("mint", address::exchange::mint(&model));
        Ok(report.text("creator", creator).receipt(&receipt))
    }
}

/// How results are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NumericClass {
    /// Bit for bit: integer graphs.
    Exact,
    /// Within the version's tolerance: float modules.
    Tolerant,
}

/// Arguments of `model version`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model version MODEL --numeric-class exact --graph-root HEX \\
    --bundle-manifest-sha256 HEX --weights-sha256 HEX --uri https://example.org/digits/")]
pub struct VersionArgs {
    #[command(flatten)]
    model: ModelArg,
    /// SHA-256 of the bundle's manifest, 64 hexadecimal digits.
    #[arg(long, value_name = "HEX", value_parser = parse_hash)]
    bundle_manifest_sha256: Hash,
    /// SHA-256 of the weights.
    #[arg(long, value_name = "HEX", value_parser = parse_hash)]
    weights_sha256: Hash,
    /// How results are compared.
    #[arg(long, value_enum)]
    numeric_class: NumericClass,
    /// Root of the integer graph; needed for the exact class, and only there.
    #[arg(long, value_name = "HEX", value_parser = parse_hash, required_if_eq("numeric_class", "exact"))]
    graph_root: Option<Hash>,
    /// SHA-256 of a benchmark to commit to.
    #[arg(long, value_name = "HEX", value_parser = parse_hash)]
    benchmark: Option<Hash>,
    /// Version that this one was derived from; 0 for none.
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    parent: u32,
    /// Where the bundle can be fetched, 1 to 200 bytes.
    #[arg(long)]
    uri: String,
}

impl VersionArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection)?;
        let index = connection.client.model(&model).await?.value.version_count.saturating_add(1);
        let args = ModelVersionPublishArgs {
            manifest_sha256: self.bundle_manifest_sha256,
            weights_sha256: self.weights_sha256,
            graph_root: self.graph_root.unwrap_or_default(),
            benchmark: self.benchmark.unwrap_or_default(),
            verification_class: VERIFICATION_CLASS_OPTIMISTIC,
            numeric_class: match self.numeric_class {
                NumericClass::Exact => NUMERIC_CLASS_EXACT,
                NumericClass::Tolerant => NUMERIC_CLASS_TOLERANT,
            },
            parent: self.parent,
            uri: self.uri.clone(),
        };
        let publish = model_version_publish(&signer.pubkey(), &model, index, args);
        let receipt = connection.send("Publishing the version", &[publish], &signer).await?;
        let version = address::exchange::version(&model, index);
        let report = Report::new().text("model", model).number("index", index).text("version", version);
        Ok(report.receipt(&receipt))
    }
}

/// Arguments of `model show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ShowArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let client = &connection.client;
        let address = self.model.address(connection)?;
        let model = client.model(&address).await?.value;
        let token = connection.token(&model.mint).await?;
        let now_seconds = client.now_seconds().await?;
        let mut versions = Vec::new();
        for index in 1..=model.version_count {
            versions.push(version_report(&client.version(&address, index).await?, now_seconds));
        }
        let market: Option<Fetched<Market>> = client.find_state(&address::exchange::market(&address)).await?;
        let vault: Option<Fetched<Vault>> = client.find_state(&address::vault::vault(&address)).await?;
        let service: Option<Fetched<Service>> = client.find_state(&address::oracle::service(&address)).await?;
        Ok(summary(&address, &model, &token)
            .maybe("uri", token.uri)
            .time("registered_at", model.registered_at_seconds, now_seconds)
            .maybe("market", market.map(|market| market.address))
            .maybe("vault", vault.map(|vault| vault.address))
            .maybe("service", service.map(|service| service.address))
            .list("versions", versions))
    }
}

/// What a list says about a model.
fn summary(address: &Pubkey, model: &Model, token: &TokenView) -> Report {
    Report::new()
        .text("model", address)
        .maybe("name", token.name.as_deref())
        .text("symbol", &token.symbol)
        .text("creator", model.creator)
        .text("mint", model.mint)
        .number("current_version", model.current_version)
}

fn version_report(version: &Fetched<ModelVersion>, now_seconds: i64) -> Report {
    let state = &version.value;
    let uri = state.uri.get(..usize::from(state.uri_bytes)).unwrap_or_default();
    Report::new()
        .number("index", state.index)
        .text("version", version.address)
        .text("numeric_class", numeric_class(state.numeric_class))
        .number("parent", state.parent)
        .text("bundle_manifest_sha256", hex::encode(state.manifest_sha256))
        .text("weights_sha256", hex::encode(state.weights_sha256))
        .maybe("graph_root", show_hash(&state.graph_root))
        .maybe("benchmark", show_hash(&state.benchmark))
        .text("uri", String::from_utf8_lossy(uri))
        .time("published_at", state.published_at_seconds, now_seconds)
}

/// The name of a numeric class.
pub fn numeric_class(code: u8) -> String {
    match code {
        NUMERIC_CLASS_EXACT => "exact".to_owned(),
        NUMERIC_CLASS_TOLERANT => "tolerant".to_owned(),
        unknown => format!("unknown ({unknown})"),
    }
}

/// Arguments of `model list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only the models of this creator.
    #[arg(long, value_name = "ADDRESS")]
    creator: Option<Pubkey>,
}

impl ListArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let creator = self.creator.as_ref().map(|creator| (MODEL_CREATOR, creator));
        let mut models: Vec<Fetched<Model>> = connection.list(creator).await?;
        models.sort_by_key(|model| (model.value.registered_at_seconds, model.address));
        let mints: Vec<Pubkey> = models.iter().map(|model| model.value.mint).collect();
        let (_, accounts) = connection.client.accounts(&mints).await?;
        let mut summaries = Vec::with_capacity(models.len());
        for (model, account) in models.iter().zip(&accounts) {
            let Some(account) = account else { continue };
            let token = TokenView::decode(&model.value.mint, account)?;
            summaries.push(summary(&model.address, &model.value, &token));
        }
        Ok(Report::new().list("models", summaries))
    }
}
