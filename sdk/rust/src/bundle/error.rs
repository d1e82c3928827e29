//! What can be wrong with a bundle.

use std::path::PathBuf;

use modchains_core::provable::check::GraphProblem;

use crate::terminal::escaped;

/// Most characters of a file that a message quotes.
const SHOWN_CHARACTERS_MAX: usize = 200;

/// What is wrong with a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Not the documented JSON or safetensors structure.
    #[error("cannot be parsed: {message}; export the bundle again")]
    Malformed {
        /// The parser's words.
        message: String,
    },
    /// A node without a field, or with one that it must not have.
    #[error("node {index}: {problem}; correct it, or export the bundle again")]
    Node {
        /// Which one.
        index: usize,
        /// Expected and actual.
        problem: String,
    },
    /// A tensor of weights that is not what its node needs.
    #[error("weights.safetensors: {name:?} {problem}; export the bundle again")]
    Weights {
        /// Name of the tensor.
        name: String,
        /// Expected and actual.
        problem: String,
    },
    /// A graph that a dispute could not decide.
    #[error("{0}; change the model, or how it is converted")]
    Refused(#[from] GraphProblem),
}

impl GraphError {
    pub(super) fn malformed(message: impl AsRef<str>) -> Self {
        Self::Malformed { message: shown(message.as_ref()) }
    }

    pub(super) fn node(index: usize, problem: impl Into<String>) -> Self {
        Self::Node { index, problem: problem.into() }
    }

    pub(super) fn tensor(name: &str, problem: impl Into<String>) -> Self {
        Self::Weights { name: shown(name), problem: problem.into() }
    }
}

/// The beginning of a text that can quote a file which others wrote.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}...", escaped(text.get(..end).unwrap_or_default())),
        None => escaped(text).into_owned(),
    }
}

/// Why a bundle was refused. Every message names the thing, what was expected and found, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be opened or read.
    #[error(
        "{path}: cannot be read ({source}); check that the folder holds the whole bundle and is readable by this user"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A link, folder or device where a plain file belongs.
    #[error("{path}: not a plain file; replace the link or folder by a copy of the file itself")]
    NotAFile {
        /// The entry.
        path: PathBuf,
    },
    /// A name that could leave the bundle's folder.
    #[error("{file:?}: not a plain file name; name files by letters, digits, `.`, `_` and `-` only, without folders")]
    UnsafePath {
        /// The name as the manifest has it.
        file: String,
    },
    /// A file above the configured limit.
    #[error(
        "{file}: {actual_bytes} bytes, the limit is {limit_bytes}; raise the limit if this model is meant to be that large"
    )]
    TooLarge {
        /// The file.
        file: String,
        /// Largest size accepted.
        limit_bytes: u64,
        /// Size found or declared.
        actual_bytes: u64,
    },
    /// A file that is shorter or longer than declared.
    #[error(
        "{file}: {actual_bytes} bytes, the manifest says {expected_bytes}; the file is truncated or of another version: fetch the bundle again"
    )]
    SizeMismatch {
        /// The file.
        file: String,
        /// Size in the manifest.
        expected_bytes: u64,
        /// Size found.
        actual_bytes: u64,
    },
    /// A file with other content than declared.
    #[error(
        "{file}: SHA-256 is {actual}, the manifest says {expected}; the file is damaged or was replaced: fetch the bundle again"
    )]
    HashMismatch {
        /// The file.
        file: String,
        /// Hash in the manifest, hex.
        expected: String,
        /// Hash found, hex.
        actual: String,
    },
    /// The folder holds another bundle than the one asked for.
    #[error(
        "{dir}: the manifest's SHA-256 is {actual}, expected {expected}; fetch the version that is registered on chain"
    )]
    AddressMismatch {
        /// The bundle's folder.
        dir: PathBuf,
        /// Address asked for, hex.
        expected: String,
        /// Address found, hex.
        actual: String,
    },
    /// The manifest contradicts itself or the format.
    #[error("model.toml: `{field}` {problem}; correct the manifest and register its new hash")]
    Manifest {
        /// The field, dotted.
        field: String,
        /// What is wrong with it, expected and actual.
        problem: String,
    },
    /// The graph is malformed, or a dispute could not decide it.
    #[error("graph: {0}")]
    Graph(#[from] GraphError),
    /// Graph and weights do not hash to the declared root.
    #[error(
        "graph_root: computed {actual}, the manifest says {expected:?}; graph and weights do not belong together: export the bundle again"
    )]
    GraphRootMismatch {
        /// Root in the manifest, hex.
        expected: String,
        /// Root computed, hex.
        actual: String,
    },
    /// A bundle cannot be written.
    #[error("{path}: cannot be written ({source}); check free space and permissions")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl BundleError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "bundle_unreadable",
            Self::NotAFile { .. } => "bundle_not_a_file",
            Self::UnsafePath { .. } => "bundle_unsafe_path",
            Self::TooLarge { .. } => "bundle_too_large",
            Self::SizeMismatch { .. } => "bundle_size_mismatch",
            Self::HashMismatch { .. } => "bundle_hash_mismatch",
            Self::AddressMismatch { .. } => "bundle_address_mismatch",
            Self::Manifest { .. } => "bundle_manifest_invalid",
            Self::Graph(_) => "bundle_graph_invalid",
            Self::GraphRootMismatch { .. } => "bundle_graph_root_mismatch",
            Self::Unwritable { .. } => "bundle_unwritable",
        }
    }

    /// A problem can quote the manifest, which others wrote.
    pub(super) fn manifest(field: impl Into<String>, problem: impl AsRef<str>) -> Self {
        Self::Manifest { field: field.into(), problem: escaped(problem.as_ref()).into_owned() }
    }
}
