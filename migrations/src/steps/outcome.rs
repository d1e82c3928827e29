//! What a step found or did.

use serde::Serialize;

use crate::{config::Difference, deploy::DeployReport};

/// What a step found or did.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Whether the chain now has what the step is for.
    pub done: bool,
    /// Whether the step sent anything.
    pub changed: bool,
    /// What it found or did, for people.
    pub notes: Vec<String>,
    /// What the chain has that the configuration does not say. Never overwritten.
    pub differences: Vec<Difference>,
    /// The programs, for the step that deploys them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<DeployReport>,
}

impl Outcome {
    /// An outcome with one note and nothing to compare.
    pub(super) fn new(done: bool, changed: bool, note: impl Into<String>) -> Self {
        Self { done, changed, notes: vec![note.into()], differences: Vec::new(), programs: Vec::new() }
    }
}
