//! Reading an answer by the output rule of the version that gave it.

use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{
    Pubkey,
    bundle::{Answer, Bundle, BundleLimits, Manifest, fetch_manifest},
    decode::{Fetched, FetchedRequest},
    exchange::state::ModelVersion,
};
use serde_json::{Value, json};

use crate::{
    amount::percent,
    connection::{Connection, spinner},
    error::Result,
    output::Report,
};

/// Where a version names its model.
const VERSION_MODEL: usize = 8 + std::mem::offset_of!(ModelVersion, model);
/// Where it names its bundle.
const VERSION_MANIFEST: usize = 8 + std::mem::offset_of!(ModelVersion, manifest_sha256);

/// How an answer is read.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// Folder of the version's bundle, to read the answer by [default: its manifest is fetched from where the version says
    /// that it lies, and checked by its hash].
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Show the answer in hexadecimal alone; nothing is fetched.
    #[arg(long, conflicts_with = "bundle")]
    raw: bool,
}

impl Reading {
    /// Adds what the answer of a request to `model` means, if it has one.
    pub async fn add(
        &self,
        connection: &Connection,
        model: &Pubkey,
        request: &FetchedRequest,
        report: Report,
    ) -> Result<Report> {
        if request.output.is_empty() || self.raw {
            return Ok(report);
        }
        let manifest_sha256 = request.request.value.version_manifest_sha256;
        let manifest = match &self.bundle {
            Some(dir) => {
                let bundle = Bundle::open_manifest(dir, BundleLimits::default())?;
                bundle.require_address(&manifest_sha256)?;
                Ok(bundle.manifest().clone())
            }
            None => fetch(connection, model, &manifest_sha256).await,
        };
        Ok(match manifest {
            Ok(manifest) => add_answer(report, &manifest, &request.output),
            Err(reason) => add_reason(report, format!("{reason}; or pass --bundle DIR")),
        })
    }
}

/// The manifest of a model's version, from where the version says that it lies, or why there is none.
async fn fetch(
    connection: &Connection,
    model: &Pubkey,
    manifest_sha256: &[u8; 32],
) -> std::result::Result<Manifest, String> {
    let spinner = spinner("Fetching the manifest");
    let filters = [(VERSION_MODEL, model.as_ref()), (VERSION_MANIFEST, manifest_sha256)];
    let versions: Vec<Fetched<ModelVersion>> =
        connection.client.list(&filters).await.map_err(|error| error.to_string())?;
    let version = versions.first().map(|version| &version.value).ok_or("the version is not on chain")?;
    let uri = version.uri.get(..usize::from(version.uri_bytes)).unwrap_or_default();
    let uri = std::str::from_utf8(uri).map_err(|_| "the version's address is no text")?;
    let fetched = fetch_manifest(uri, manifest_sha256, &connection.fetch_options()).await;
    spinner.finish_and_clear();
    fetched.map_err(|error| error.to_string())
}

fn add_answer(report: Report, manifest: &Manifest, output: &[u8]) -> Report {
    match manifest.output.answer(output) {
        Ok(answer) => {
            let json = match &answer {
                Answer::Label { label, confidence_ppm, runner_up } => {
                    let confidence =
                        confidence_ppm.map(|ppm| json!({ "ppm": ppm, "percent": percent(i64::from(ppm)) }));
                    json!({ "label": label, "confidence": confidence, "runner_up": runner_up })
                }
                Answer::Tensor(elements) => json!({ "elements": elements }),
            };
            report.value("answer", answer.to_string(), json)
        }
        Err(error) => add_reason(report, error.to_string()),
    }
}

fn add_reason(report: Report, reason: String) -> Report {
    report.value("answer", "not read".to_owned(), Value::Null).text("answer_not_read_because", reason)
}
