use clap::{Args, ValueEnum};
use modchains_sdk::{
    Signer, address,
    exchange::{
        instructions::ModelVersionPublishArgs,
        state::{NUMERIC_CLASS_EXACT, NUMERIC_CLASS_TOLERANT, VERIFICATION_CLASS_OPTIMISTIC},
    },
    instruction::exchange::model_version_publish,
};

use crate::{
    connection::Connection,
    error::Result,
    hash::{Hash, parse_hash},
    model_arg::ModelArg,
    report::Report,
};

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
    /// Publishes.
    ///
    /// # Errors
    /// When the signer is not the creator, or a hash, parent or URI does not fit.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
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
