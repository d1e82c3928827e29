//! A law that was broken, and the steps that led there.

use serde::{Deserialize, Serialize};

use crate::laws::Broken;

/// A step that can be done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Name of the action.
    pub action: String,
    /// Its choices.
    pub seed: u64,
    /// What it was, in words; for readers.
    #[serde(default)]
    pub what: String,
}

/// A law that was broken, with the steps that led there.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The run's seed.
    pub seed: u64,
    /// Which episode of it, from 0.
    pub episode: u64,
    /// What was broken.
    pub broken: Broken,
    /// The episode's steps up to and with the one that broke it.
    pub steps: Vec<Recorded>,
    /// Transactions sent until then, by all threads.
    pub transactions: u64,
}
