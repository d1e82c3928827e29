//! Writing a bundle: the same rules as reading, so that what was written opens.

use std::{fs, path::Path};

use super::{
    Accuracy, Bundle, BundleError, BundleLimits, CARD_FILE, FileEntry, InputSpec, MANIFEST_FILE, MANIFEST_FORMAT,
    Manifest, NumericClass, OutputRule, sha256,
};

/// Everything a bundle consists of, before hashing.
#[derive(Debug, Clone)]
pub struct BundleDraft {
    /// Short name.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// How a result can be proven right or wrong.
    pub numeric_class: NumericClass,
    /// Root of a provable graph.
    pub graph_root: Option<[u8; 32]>,
    /// What one request carries.
    pub input: InputSpec,
    /// What one result carries.
    pub output: OutputRule,
    /// Accuracy, once measured.
    pub accuracy: Option<Accuracy>,
    /// Text of the model card.
    pub card: String,
    /// The other files by name.
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// Writes the bundle into `dir` (made if absent, files of the same names replaced) and opens it again, verified.
///
/// # Errors
/// [`BundleError::Unwritable`], or any reason [`Bundle::open`] has to refuse the result.
pub fn write_bundle(dir: &Path, draft: &BundleDraft) -> Result<Bundle, BundleError> {
    fs::create_dir_all(dir).map_err(|source| BundleError::Unwritable { path: dir.to_path_buf(), source })?;
    let mut contents: Vec<(&str, &[u8])> = draft.files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    contents.push((CARD_FILE, draft.card.as_bytes()));
    contents.sort_unstable_by_key(|(name, _)| *name);

    let entry = |(name, bytes): &(&str, &[u8])| FileEntry {
        path: (*name).to_owned(),
        sha256: hex::encode(sha256(bytes)),
        bytes: bytes.len() as u64,
    };
    let manifest = Manifest {
        format: MANIFEST_FORMAT,
        name: draft.name.clone(),
        version: draft.version.clone(),
        numeric_class: draft.numeric_class,
        card: CARD_FILE.to_owned(),
        graph_root: draft.graph_root.map(hex::encode),
        input: draft.input.clone(),
        output: draft.output.clone(),
        accuracy: draft.accuracy.clone(),
        files: contents.iter().map(entry).collect(),
    };
    let text = toml::to_string(&manifest).map_err(|error| BundleError::manifest("(text)", error.to_string()))?;
    for (name, bytes) in contents {
        write(dir, name, bytes)?;
    }
    write(dir, MANIFEST_FILE, text.as_bytes())?;
    Bundle::open(dir, BundleLimits::default())
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
    let path = dir.join(name);
    fs::write(&path, bytes).map_err(|source| BundleError::Unwritable { path, source })
}
