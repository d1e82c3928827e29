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
mod layer_file;
mod layer_graph;
mod manifest;
mod names;
mod output;
mod write;

pub use error::{BundleError, GraphError};
pub use fetch::{FetchError, FetchOptions, fetch_manifest, is_private_url};
pub use fields::FileEntry;
pub use files::{BundleLimits, sha256};
pub use graph::{
    GRAPH_BYTES_MAX, GRAPH_FORMAT, GraphFiles, ModelGraph, NamedWeights, NodeDraft, WeightTensor, write_graph,
};
pub use input::{InputError, InputSpec};
pub use layer_file::{GraphFile, LAYER_FORMAT, LayerFile, requantise_by_factor};
pub use layer_graph::{Layer, LayerGraph};
pub use manifest::{Accuracy, MANIFEST_FORMAT, Manifest};
pub use modchains_core::{
    graph::Op,
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
    /// Refuses unsafe names, links, wrong sizes and hashes, files above `limits`, an invalid manifest, and an exact
    /// graph that is malformed, could overflow, or does not hash to the declared root.
    pub fn open(dir: &Path, limits: BundleLimits) -> Result<Self, BundleError> {
        let bundle = Self::open_manifest(dir, limits)?;
        for entry in &bundle.manifest.files {
            files::verify(dir, entry, limits.file_bytes)?;
        }
        match bundle.manifest.numeric_class {
            NumericClass::Unproven => {}
            NumericClass::Exact if bundle.has_layers()? => {
                bundle.layer_graph()?;
            }
            NumericClass::Exact | NumericClass::Rounded => {
                bundle.graph()?;
            }
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

    /// Whether its graph is a chain of layers, in the format before the present one.
    ///
    /// # Errors
    /// As for [`Bundle::read`].
    pub fn has_layers(&self) -> Result<bool, BundleError> {
        #[derive(serde::Deserialize)]
        struct Format {
            format: u32,
        }
        let format = serde_json::from_slice::<Format>(&self.read(GRAPH_FILE)?);
        Ok(format.is_ok_and(|file| file.format == LAYER_FORMAT))
    }

    /// Loads a chain of layers and checks it against the declared root.
    ///
    /// # Errors
    /// [`BundleError::Graph`] for a malformed graph, [`BundleError::GraphRootMismatch`] for another one.
    pub fn layer_graph(&self) -> Result<LayerGraph, BundleError> {
        let graph = LayerGraph::load(&self.read(GRAPH_FILE)?, &self.read(WEIGHTS_FILE)?, &self.manifest.input)?;
        graph.require_outputs(self.manifest.output.labels().len())?;
        self.require_root(graph.root()?)?;
        Ok(graph)
    }

    /// Loads the graph of a provable bundle with its weights and checks it against the declared root and class.
    ///
    /// # Errors
    /// [`BundleError::Graph`] for a malformed graph, [`BundleError::GraphRootMismatch`] for another one,
    /// [`BundleError::Manifest`] when the manifest describes it otherwise.
    pub fn graph(&self) -> Result<ModelGraph, BundleError> {
        let graph = ModelGraph::load(&self.read(GRAPH_FILE)?, self.read(WEIGHTS_FILE)?)?;
        self.require_root(graph.root())?;
        let (expected, actual) = (graph.numeric_class(), self.manifest.numeric_class);
        if actual != expected {
            let problem = format!("is {:?}, the graph is {:?}", actual.name(), expected.name());
            return Err(BundleError::manifest("numeric_class", problem));
        }
        self.manifest.input.require_of(&graph)?;
        self.manifest.output.require_of(&graph)?;
        Ok(graph)
    }

    fn require_root(&self, root: [u8; 32]) -> Result<(), BundleError> {
        let actual = hex::encode(root);
        match &self.manifest.graph_root {
            Some(expected) if *expected == actual => Ok(()),
            expected => Err(BundleError::GraphRootMismatch { expected: expected.clone().unwrap_or_default(), actual }),
        }
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
