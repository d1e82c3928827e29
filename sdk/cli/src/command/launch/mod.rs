//! From a bundle to a listed model, in steps that are each a transaction. What a step does is looked for on chain before,
//! so a launch that was stopped goes on where it was, and one that is complete does nothing.

mod plan;
mod step;
mod terms;

use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{
    Pubkey, address,
    bundle::{Bundle, BundleLimits},
    exchange::{
        instructions::ModelRegisterArgs,
        state::{
            DEPTH_ATOMS_BOUNDS, MarketParams, NAME_BYTES_MAX, SYMBOL_BYTES_MAX, URI_BYTES_MAX, VIRTUAL_ATOMS_BOUNDS,
        },
    },
    oracle::state::ServiceTerms,
    vault::state::VaultTerms,
};

use plan::Plan;
use terms::Terms;

use crate::{
    amount::{Amount, Decimal},
    argument::require_text,
    command::{market::open::MarketTerms, model::version::of_bundle, service::WAIT_MAX_SECONDS_DEFAULT},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `launch`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Registers the model, publishes the bundle as a version, and opens market, vault and service, each in a transaction of its
own. The bundle is checked and the whole cost is shown before anything is sent. Run it again after a failure: what is done
is left as it is, and the rest is done.

Example:
  modchains launch target/digits/digits-int8 --symbol DIGIT --uri https://example.org/digits.json \\
    --bundle-uri https://example.org/digits/ --virtual-reserve 30 --fee 0.001"
)]
pub struct LaunchArgs {
    /// Folder of the bundle.
    bundle: PathBuf,
    /// Name of model and token, 1 to 32 bytes [default: the bundle's].
    #[arg(long)]
    name: Option<String>,
    /// Symbol of the token, 1 to 10 bytes.
    #[arg(long)]
    symbol: String,
    /// Where the token's metadata JSON lies, 1 to 200 bytes.
    #[arg(long)]
    uri: String,
    /// Where the token's picture lies, up to 200 bytes.
    #[arg(long, default_value = "", hide_default_value = true)]
    image: String,
    /// Where the bundle can be fetched, 1 to 200 bytes: the address of its folder.
    #[arg(long)]
    bundle_uri: String,
    #[command(flatten)]
    market: MarketTerms,
    /// Price of a request, in SOL.
    #[arg(long, value_name = "SOL")]
    fee: Decimal,
}

impl LaunchArgs {
    /// Looks at what is there, shows what is missing and what it costs, asks, and does it.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let creator = connection.address_or_own(None)?;
        let bundle = Bundle::open(&self.bundle, BundleLimits::default())?;
        let params = connection.client.exchange_config().await?.value.params;
        let terms = self.terms(&bundle, creator, &params)?;
        let plan = Plan::make(connection, terms, params).await?;
        if plan.missing.is_empty() {
            return Ok(plan.report());
        }
        let signer = connection.signer()?;
        let has_lamports = connection.client.lamports(&creator).await?;
        let needed_lamports = plan.lamports.saturating_add(connection.rent_lamports(&[0]).await?);
        if has_lamports < needed_lamports {
            return Err(CliError::BalanceTooSmall {
                owner: creator,
                symbol: "SOL".to_owned(),
                has: Amount::sol(has_lamports).to_string(),
                needed: Amount::sol(needed_lamports).to_string(),
            });
        }
        let consent = connection.confirm(&plan.report())?;
        let mut sent = Vec::with_capacity(plan.missing.len());
        for step in &plan.missing {
            let instruction = step.instruction(&plan.terms);
            let receipt = connection.send_agreed(step.doing(), &[instruction], signer, &consent).await?;
            sent.push(Report::new().text("step", step.name()).receipt(&receipt));
        }
        Ok(plan.report().list("transactions", sent))
    }

    fn terms(&self, bundle: &Bundle, creator: Pubkey, params: &MarketParams) -> Result<Terms> {
        let manifest = bundle.manifest();
        let name = self.name.clone().unwrap_or_else(|| manifest.name.clone());
        require_text("--name", &name, NAME_BYTES_MAX)?;
        require_text("--symbol", &self.symbol, SYMBOL_BYTES_MAX)?;
        require_text("--uri", &self.uri, URI_BYTES_MAX)?;
        if !self.image.is_empty() {
            require_text("--image", &self.image, URI_BYTES_MAX)?;
        }
        let quote = TokenView::sol();
        let market = self.market.open_args(&quote, params)?;
        let is_curve = DEPTH_ATOMS_BOUNDS.contains(&market.depth_atoms);
        if !is_curve || !VIRTUAL_ATOMS_BOUNDS.contains(&market.virtual_atoms) {
            let remedy = "choose a depth of 1,000 to 10^11 tokens and a larger virtual reserve";
            return Err(CliError::unfit("the depth or the virtual reserve is out of bounds", remedy));
        }
        // Sizes that a request cannot carry are refused with the version.
        let version = of_bundle(bundle, &self.bundle_uri)?;
        let bytes = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX);
        Ok(Terms {
            creator,
            address: address::exchange::model(&creator, &name),
            model: ModelRegisterArgs {
                name,
                symbol: self.symbol.clone(),
                uri: self.uri.clone(),
                image: self.image.clone(),
            },
            version,
            version_index: 1,
            market,
            vault: VaultTerms::default(),
            service: ServiceTerms {
                fee_atoms: positive_atoms(&self.fee, &quote)?,
                max_wait_min_seconds: 1,
                max_wait_max_seconds: WAIT_MAX_SECONDS_DEFAULT,
                input_bytes_max: bytes(manifest.input.bytes_max()),
                output_bytes_max: bytes(manifest.output.bytes()),
                split: None,
            },
        })
    }
}
