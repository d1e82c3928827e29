use std::path::PathBuf;

use clap::{Args, ValueEnum};
use modchains_sdk::{
    address,
    bundle::{Bundle, BundleLimits},
    exchange::{
        instructions::ModelVersionPublishArgs,
        state::{NUMERIC_CLASS_EXACT, NUMERIC_CLASS_TOLERANT, URI_BYTES_MAX, VERIFICATION_CLASS_OPTIMISTIC},
    },
    instruction::exchange::model_version_publish,
    oracle::state::{INPUT_BYTES_MAX, OUTPUT_BYTES_MAX},
};

use super::show::numeric_class;
use crate::{
    argument::{Hash, ModelArg, parse_hash, require_text, show_hash},
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// How results are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NumericClass {
    /// Bit for bit: integer graphs.
    Exact,
    /// Within the version's tolerance: float modules.
    Tolerant,
}

/// Arguments of `model publish`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "With --bundle the bundle is checked as an operator would, down to the root of its graph, and its hashes are read. What
requests on chain cannot carry is refused.

Examples:
  modchains model publish MODEL --bundle target/digits/digits-int8 --uri https://example.org/digits/
  modchains model publish MODEL --numeric-class exact --graph-root HEX \\
    --bundle-manifest-sha256 HEX --weights-sha256 HEX --uri https://example.org/digits/"
)]
pub struct VersionArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Folder of the bundle, which is checked and says the rest.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["bundle_manifest_sha256", "weights_sha256", "numeric_class", "graph_root"])]
    bundle: Option<PathBuf>,
    /// SHA-256 of the bundle's manifest, 64 hexadecimal digits.
    #[arg(long, value_name = "HEX", value_parser = parse_hash, required_unless_present = "bundle")]
    bundle_manifest_sha256: Option<Hash>,
    /// SHA-256 of the weights.
    #[arg(long, value_name = "HEX", value_parser = parse_hash, required_unless_present = "bundle")]
    weights_sha256: Option<Hash>,
    /// How results are compared.
    #[arg(long, value_enum, required_unless_present = "bundle")]
    numeric_class: Option<NumericClass>,
    /// Root of the integer graph; needed for the exact class, and only there.
    #[arg(long, value_name = "HEX", value_parser = parse_hash, required_if_eq("numeric_class", "exact"))]
    graph_root: Option<Hash>,
    /// SHA-256 of a benchmark to commit to.
    #[arg(long, value_name = "HEX", value_parser = parse_hash)]
    benchmark: Option<Hash>,
    /// Version that this one was derived from; 0 for none.
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    parent: u32,
    /// Where the bundle can be fetched, 1 to 200 bytes: the address of its folder, which holds model.toml.
    #[arg(long)]
    uri: String,
}

impl VersionArgs {
    /// Publishes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let index = connection.client.model(&model).await?.value.version_count.saturating_add(1);
        let args = self.publish_args()?;
        let report = Report::new()
            .text("model", model)
            .number("index", index)
            .text("version", address::exchange::version(&model, index))
            .text("bundle_manifest_sha256", hex::encode(args.manifest_sha256))
            .text("weights_sha256", hex::encode(args.weights_sha256))
            .text("numeric_class", numeric_class(args.numeric_class))
            .maybe("graph_root", show_hash(&args.graph_root))
            .text("uri", &args.uri);
        let publish = model_version_publish(&signer.pubkey(), &model, index, args);
        let receipt = connection.ask_and_send("Publishing the version", &report, &[publish], signer).await?;
        Ok(report.receipt(&receipt))
    }

    fn publish_args(&self) -> Result<ModelVersionPublishArgs> {
        let benchmark = self.benchmark.unwrap_or_default();
        if let Some(dir) = &self.bundle {
            let bundle = Bundle::open(dir, BundleLimits::default())?;
            return Ok(ModelVersionPublishArgs { benchmark, parent: self.parent, ..of_bundle(&bundle, &self.uri)? });
        }
        // What is missing here was refused when the command line was read.
        Ok(ModelVersionPublishArgs {
            manifest_sha256: self.bundle_manifest_sha256.unwrap_or_default(),
            weights_sha256: self.weights_sha256.unwrap_or_default(),
            graph_root: self.graph_root.unwrap_or_default(),
            benchmark,
            verification_class: VERIFICATION_CLASS_OPTIMISTIC,
            numeric_class: match self.numeric_class {
                Some(NumericClass::Tolerant) => NUMERIC_CLASS_TOLERANT,
                Some(NumericClass::Exact) | None => NUMERIC_CLASS_EXACT,
            },
            parent: self.parent,
            uri: self.uri.clone(),
        })
    }
}

/// The version that a bundle is, without benchmark and parent.
pub fn of_bundle(bundle: &Bundle, uri: &str) -> Result<ModelVersionPublishArgs> {
    let manifest = bundle.manifest();
    let sizes = [
        ("an input", manifest.input.bytes_max(), INPUT_BYTES_MAX),
        ("a result", manifest.output.bytes(), OUTPUT_BYTES_MAX),
    ];
    for (what, bytes, bytes_max) in sizes {
        if bytes > usize::from(bytes_max) {
            let what = format!("{what} of the bundle has {bytes} bytes, a request carries {bytes_max}");
            return Err(CliError::unfit(what, "export the model with smaller inputs and outputs"));
        }
    }
    require_text("the bundle's address", uri, URI_BYTES_MAX)?;
    Ok(ModelVersionPublishArgs {
        manifest_sha256: bundle.manifest_sha256(),
        weights_sha256: bundle.weights_sha256(),
        graph_root: bundle.graph_root().unwrap_or_default(),
        benchmark: Hash::default(),
        verification_class: VERIFICATION_CLASS_OPTIMISTIC,
        numeric_class: manifest.numeric_class as u8,
        parent: 0,
        uri: uri.to_owned(),
    })
}
