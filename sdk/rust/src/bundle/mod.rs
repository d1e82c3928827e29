//! Model bundles: a folder with everything an operator needs to answer requests for one model version.
//!
//! | file | class | content |
//! |---|---|---|
//! | `model.toml` | all | the [`Manifest`]; its SHA-256 is the bundle's address |
//! | `CARD.md` | all | the model card, for people |
//! | `graph.json` | exact, rounded | the nodes of the [`ModelGraph`] |
//! | `weights.safetensors` | exact, rounded | its weights and biases |
//! | `module.pt` | unproven | a TorchScript module |
//!
//! Nothing in a bundle is trusted: names are single plain components, links are refused, sizes are bounded before a
//! byte is read, and every file is compared with the SHA-256 in the manifest each time it is read.

mod error;
mod fetch;
mod fields;
mod files;
mod graph;
mod input;
mod manifest;
mod names;
mod output;
mod write;

pub use error::{BundleError, GraphError};
pub use fetch::{FetchError, FetchOptions, fetch_manifest, is_private_url};
pub use fields::FileEntry;
pub use files::{BundleLimits, sha256};
pub use graph::{
    GRAPH_BYTES_MAX, GRAPH_FORMAT, GraphCost, GraphFiles, ModelGraph, NamedWeights, NodeDraft, WeightTensor,
    requantise_by_factor, write_graph,
};
pub use input::{InputError, InputSpec};
pub use manifest::{Accuracy, MANIFEST_FORMAT, Manifest};
pub use modchains_core::{
    numeric_class::NumericClass,
    provable::{ElementKind, Encoding, Requantise},
};
pub use names::{CARD_FILE, GRAPH_FILE, MANIFEST_FILE, MODULE_FILE, WEIGHTS_FILE};
pub use output::{Answer, Decoded, OutputError, OutputRule};
pub use write::{BundleDraft, write_bundle};

use std::path::{Path, PathBuf};

/// A bundle whose manifest is valid and whose files matched it when it was opened.
#[derive(Debug, Clone)]
pub struct Bundle {
    dir: PathBuf,
    manifest: Manifest,
    manifest_sha256: [u8; 32],
    weights_sha256: [u8; 32],
    limits: BundleLimits,
}

impl Bundle {
    /// Opens the bundle in `dir` and verifies every file the manifest names.
    ///
    /// # Errors
    /// Refuses unsafe names, links, wrong sizes and hashes, files above `limits`, an invalid manifest, and a
    /// graph that is malformed, could not be disputed, or does not hash to the declared root.
    pub fn open(dir: &Path, limits: BundleLimits) -> Result<Self, BundleError> {
        let bundle = Self::open_manifest(dir, limits)?;
        for entry in &bundle.manifest.files {
            files::verify(dir, entry, limits.file_bytes)?;
        }
        if bundle.manifest.numeric_class.is_provable() {
            bundle.graph()?;
        }
        Ok(bundle)
    }

    /// Reads the manifest of the bundle in `dir` and looks at no other file: enough to read inputs and outputs.
    ///
    /// # Errors
    /// Refuses an invalid manifest, a link in its place, and one above `limits`.
    pub fn open_manifest(dir: &Path, limits: BundleLimits) -> Result<Self, BundleError> {
        let text = files::read_bounded(dir, MANIFEST_FILE, limits.manifest_bytes)?;
        let manifest = Manifest::parse(&text)?;
        let weights_sha256 = manifest.entry(manifest.weights_file())?.sha256()?;
        Ok(Self { dir: dir.to_path_buf(), manifest, manifest_sha256: sha256(&text), weights_sha256, limits })
    }

    /// Refuses a bundle that is not the one `expected_sha256` addresses.
    ///
    /// # Errors
    /// [`BundleError::AddressMismatch`] when the manifest's hash differs.
    pub fn require_address(&self, expected_sha256: &[u8; 32]) -> Result<(), BundleError> {
        if self.manifest_sha256 == *expected_sha256 {
            return Ok(());
        }
        Err(BundleError::AddressMismatch {
            dir: self.dir.clone(),
            expected: hex::encode(expected_sha256),
            actual: hex::encode(self.manifest_sha256),
        })
    }

    /// Reads one file the manifest names; the bytes returned are the bytes that were hashed.
    ///
    /// # Errors
    /// As for [`Bundle::open`], for this file only.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, BundleError> {
        files::read_verified(&self.dir, self.manifest.entry(name)?, self.limits.file_bytes)
    }

    /// Loads the graph of a provable bundle with its weights and checks it against the declared root and class.
    ///
    /// # Errors
    /// [`BundleError::Graph`] for a malformed graph, [`BundleError::GraphRootMismatch`] for another one,
    /// [`BundleError::Manifest`] when the manifest describes it otherwise.
    pub fn graph(&self) -> Result<ModelGraph, BundleError> {
        let graph = ModelGraph::load(&self.read(GRAPH_FILE)?, self.read(WEIGHTS_FILE)?)?;
        let (expected, actual) = (self.manifest.graph_root.clone(), hex::encode(graph.root()));
        if expected.as_ref() != Some(&actual) {
            return Err(BundleError::GraphRootMismatch { expected: expected.unwrap_or_default(), actual });
        }
        let (expected, actual) = (graph.numeric_class(), self.manifest.numeric_class);
        if actual != expected {
            let problem = format!("is {:?}, the graph is {:?}", actual.name(), expected.name());
            return Err(BundleError::manifest("numeric_class", problem));
        }
        self.manifest.input.require_of(&graph)?;
        self.manifest.output.require_of(&graph)?;
        Ok(graph)
    }

    /// Folder the bundle was opened from.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The parsed manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of `model.toml`: the address of the bundle.
    #[must_use]
    pub fn manifest_sha256(&self) -> [u8; 32] {
        self.manifest_sha256
    }

    /// SHA-256 of `weights.safetensors` or `module.pt`.
    #[must_use]
    pub fn weights_sha256(&self) -> [u8; 32] {
        self.weights_sha256
    }

    /// Root of a provable graph (see [`modchains_core::provable::commitment`]); `None` in the unproven class.
    #[must_use]
    pub fn graph_root(&self) -> Option<[u8; 32]> {
        self.manifest.graph_root_bytes()
    }
}
