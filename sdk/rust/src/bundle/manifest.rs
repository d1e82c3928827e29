//! `model.toml`: what a model version takes, gives and consists of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    BundleError, CARD_FILE, FileEntry, GRAPH_FILE, InputSpec, MODULE_FILE, NumericClass, OutputRule, WEIGHTS_FILE,
    fields::{decode_hash, require_text},
    names::require_plain_name,
};

/// Version of the manifest format this crate reads and writes.
pub const MANIFEST_FORMAT: u32 = 1;

/// Longest name of a version, in bytes.
const VERSION_BYTES_MAX: usize = 32;
/// Longest description of the data that accuracy was measured on, in bytes.
const DATASET_BYTES_MAX: usize = 256;

/// The manifest of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Manifest format; [`MANIFEST_FORMAT`].
    pub format: u32,
    /// Short name: lower-case letters, digits and `-`, at most 64.
    pub name: String,
    /// Version of the model, free text of at most 32 bytes.
    pub version: String,
    /// How a result can be proven right or wrong: `exact`, `rounded` or `unproven`.
    pub numeric_class: NumericClass,
    /// File name of the model card.
    pub card: String,
    /// Hex of the graph's root; none in the unproven class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_root: Option<String>,
    /// What one request carries.
    pub input: InputSpec,
    /// What one result carries.
    pub output: OutputRule,
    /// Accuracy measured on held-out data by the exporter, through this bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Accuracy>,
    /// Every file of the bundle but the manifest.
    pub files: Vec<FileEntry>,
}

/// Accuracy on held-out data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// Where the data comes from and how it was split.
    pub dataset: String,
    /// Number of held-out inputs.
    pub held_out: u32,
    /// Number of them classified correctly.
    pub correct: u32,
}

impl Accuracy {
    /// Share of correct answers, 0 to 1; 0 without data.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.held_out == 0 { 0.0 } else { f64::from(self.correct) / f64::from(self.held_out) }
    }
}

impl Manifest {
    /// Parses and validates the text of a manifest.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] or [`BundleError::UnsafePath`].
    pub fn parse(text: &[u8]) -> Result<Self, BundleError> {
        let text = std::str::from_utf8(text).map_err(|error| BundleError::manifest("(text)", error.to_string()))?;
        let manifest: Self = toml::from_str(text).map_err(|error| BundleError::manifest("(text)", error.message()))?;
        manifest.validate()?;
        Ok(manifest)
    }

    /// The file whose hash is registered as the weights' hash.
    #[must_use]
    pub fn weights_file(&self) -> &'static str {
        match self.numeric_class {
            NumericClass::Exact | NumericClass::Rounded => WEIGHTS_FILE,
            NumericClass::Unproven => MODULE_FILE,
        }
    }

    /// The entry of a file.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] when the manifest does not name it.
    pub fn entry(&self, name: &str) -> Result<&FileEntry, BundleError> {
        let found = self.files.iter().find(|entry| entry.path == name);
        found.ok_or_else(|| BundleError::manifest("files", format!("does not name {name}")))
    }

    /// The declared graph root as bytes.
    #[must_use]
    pub fn graph_root_bytes(&self) -> Option<[u8; 32]> {
        decode_hash("graph_root", self.graph_root.as_deref()?).ok()
    }

    fn validate(&self) -> Result<(), BundleError> {
        if self.format != MANIFEST_FORMAT {
            let problem = format!("is {}, this program reads {MANIFEST_FORMAT}", self.format);
            return Err(BundleError::manifest("format", problem));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(plain) {
            let problem = format!("is {:?}, expected 1 to 64 of a-z, 0-9 and -", self.name);
            return Err(BundleError::manifest("name", problem));
        }
        require_text("version", &self.version, VERSION_BYTES_MAX)?;
        self.input.validate(self.numeric_class.is_provable())?;
        self.output.validate(self.numeric_class)?;
        self.validate_accuracy()?;
        self.validate_files()
    }

    fn validate_accuracy(&self) -> Result<(), BundleError> {
        match &self.accuracy {
            Some(accuracy) if accuracy.correct > accuracy.held_out => Err(BundleError::manifest(
                "accuracy.correct",
                format!("is {}, more than the {} held out", accuracy.correct, accuracy.held_out),
            )),
            Some(accuracy) => require_text("accuracy.dataset", &accuracy.dataset, DATASET_BYTES_MAX),
            None => Ok(()),
        }
    }

    fn validate_files(&self) -> Result<(), BundleError> {
        for entry in &self.files {
            require_plain_name(&entry.path)?;
            entry.sha256()?;
        }
        let named: BTreeSet<&str> = self.files.iter().map(|entry| entry.path.as_str()).collect();
        let expected: BTreeSet<&str> = match self.numeric_class {
            NumericClass::Exact | NumericClass::Rounded => [CARD_FILE, GRAPH_FILE, WEIGHTS_FILE].into(),
            NumericClass::Unproven => [CARD_FILE, MODULE_FILE].into(),
        };
        if self.card != CARD_FILE {
            return Err(BundleError::manifest("card", format!("is {:?}, expected {CARD_FILE:?}", self.card)));
        }
        if named != expected || named.len() != self.files.len() {
            let problem = format!("names {named:?}, this class has exactly {expected:?}");
            return Err(BundleError::manifest("files", problem));
        }
        match &self.graph_root {
            Some(root) if self.numeric_class.is_provable() => decode_hash("graph_root", root).map(|_| ()),
            None if self.numeric_class.is_provable() => {
                let problem = format!("is missing in the {} class", self.numeric_class.name());
                Err(BundleError::manifest("graph_root", problem))
            }
            Some(_) => Err(BundleError::manifest("graph_root", "is set, the unproven class has none")),
            None => Ok(()),
        }
    }
}
