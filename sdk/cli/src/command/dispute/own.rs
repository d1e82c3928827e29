//! What a request's graph computes, by a bundle that is checked against every hash on chain.

use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{
    bundle::{Bundle, BundleLimits, FetchOptions, ModelGraph, fetch_bundle},
    decode::{Fetched, FetchedRequest},
    dispute::Computed,
    exchange::state::ModelVersion,
};
use tempfile::TempDir;

use crate::{
    connection::{Connection, spinner},
    error::{CliError, Result},
};

/// Where a version names its bundle.
const VERSION_MANIFEST: usize = 8 + std::mem::offset_of!(ModelVersion, manifest_sha256);
/// Longest wait for one file of a bundle.
const FILE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(600);

/// Where the bundle is.
#[derive(Debug, Clone, Default, Args)]
pub struct BundleArg {
    /// Folder of the version's bundle [default: it is fetched from where the version says that it lies].
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
}

/// A graph, and what it computes for a request.
pub struct Own {
    /// The graph of the bundle.
    pub graph: ModelGraph,
    /// All of its outputs.
    pub computed: Computed,
}

impl BundleArg {
    /// Opens or fetches the bundle of a request's version, and computes what it answers.
    pub async fn compute(&self, connection: &Connection, request: &FetchedRequest) -> Result<Own> {
        let manifest_sha256 = request.request.value.version_manifest_sha256;
        let bundle = match &self.bundle {
            Some(dir) => Bundle::open(dir, BundleLimits::default())?,
            None => {
                let dir = TempDir::new().map_err(|error| CliError::FileNotWritten {
                    path: std::env::temp_dir(),
                    reason: error.to_string(),
                })?;
                return own_of(&fetch(connection, &manifest_sha256, &dir).await?, request);
            }
        };
        bundle.require_address(&manifest_sha256)?;
        own_of(&bundle, request)
    }
}

fn own_of(bundle: &Bundle, request: &FetchedRequest) -> Result<Own> {
    if !request.input_matches() {
        return Err(CliError::unfit(
            "the request's input does not hash to what it commits to",
            "ask another endpoint, this one has made it up",
        ));
    }
    let graph = bundle.graph()?;
    let spinner = spinner("Computing every element by the reference interpreter");
    let computed = Computed::new(&graph.graph(), &graph, &request.input);
    spinner.finish_and_clear();
    let refused = |error: modchains_sdk::core::provable::RunError| {
        CliError::unfit(error.to_string(), "nothing can be said about this result")
    };
    Ok(Own { computed: computed.map_err(refused)?, graph })
}

async fn fetch(connection: &Connection, manifest_sha256: &[u8; 32], dir: &TempDir) -> Result<Bundle> {
    let versions: Vec<Fetched<ModelVersion>> = connection.client.list(&[(VERSION_MANIFEST, manifest_sha256)]).await?;
    let missing = || CliError::unfit("the request's version is not on chain", "pass its bundle with --bundle DIR");
    let version = versions.first().ok_or_else(missing)?.value;
    let uri = version.uri.get(..usize::from(version.uri_bytes)).unwrap_or_default();
    let uri = std::str::from_utf8(uri).map_err(|_| missing())?;
    let spinner = spinner("Fetching the bundle");
    let options = FetchOptions { timeout: FILE_TIMEOUT, ..connection.fetch_options() };
    let fetched = fetch_bundle(uri, manifest_sha256, dir.path(), &options).await;
    spinner.finish_and_clear();
    fetched.map_err(|error| CliError::unfit(error.to_string(), "or pass the bundle with --bundle DIR"))
}
