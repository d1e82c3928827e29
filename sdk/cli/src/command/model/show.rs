use clap::Args;
use modchains_sdk::{
    Pubkey, address,
    decode::Fetched,
    exchange::state::{Market, Model, ModelTransfer, ModelVersion, NUMERIC_CLASS_EXACT, NUMERIC_CLASS_TOLERANT},
    oracle::state::Service,
    vault::state::Vault,
};

use super::licence::show_terms;
use crate::{
    argument::{ModelArg, show_hash},
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Where a model names its creator.
const MODEL_CREATOR: usize = 8 + std::mem::offset_of!(Model, creator);

/// Arguments of `model show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ShowArgs {
    /// Reads.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let client = &connection.client;
        let address = self.model.address(connection).await?;
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
        let offer: Option<Fetched<ModelTransfer>> =
            client.find_state(&address::exchange::model_transfer(&address)).await?;
        let quote = match &market {
            Some(market) => connection.token(&market.value.quote_mint).await?,
            None => TokenView::sol(),
        };
        Ok(summary(&address, &model, &token)
            .maybe("uri", token.uri.as_ref())
            .maybe("image", token.image.as_ref())
            .time("registered_at", model.registered_at_seconds.into(), now_seconds)
            .maybe("market", market.map(|market| market.address))
            .maybe("vault", vault.map(|vault| vault.address))
            .maybe("service", service.map(|service| service.address))
            .maybe("offered_to", offer.map(|offer| offer.value.to))
            .flag("has_contributors", model.has_contributors != 0)
            .group("licence", show_terms(&model, &quote))
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
    /// Reads.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let creator: Vec<_> = self.creator.iter().map(|creator| (MODEL_CREATOR, creator.as_ref())).collect();
        let mut models: Vec<Fetched<Model>> = connection.client.list(&creator).await?;
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
