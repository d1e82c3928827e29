//! `graph.json`: the structure of an integer graph as it lies in the bundle.

use modchains_core::graph::{Op, Requantise};
use serde::{Deserialize, Serialize};

/// Version of the graph format this crate reads and writes.
pub const LAYER_FORMAT: u32 = 1;

/// A chain of layers; the output of each is the input of the next, flattened channel by channel, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphFile {
    /// Graph format; [`LAYER_FORMAT`].
    pub format: u32,
    /// Layers in order. All but the last requantise; the last gives its accumulators as they are.
    pub layers: Vec<LayerFile>,
}

/// One layer. Its weights are the tensors `<name>.weight` (I8, rows by row length) and `<name>.bias` (I32, rows).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerFile {
    /// Name of the layer and prefix of its tensors.
    pub name: String,
    /// What it computes.
    pub op: Op,
    /// How its sums become the next layer's activations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requantise: Option<Requantise>,
}

/// Finds multiplier and shift for a real factor in `(2^-30, 1]`, with a relative error below `2^-30`.
#[must_use]
pub fn requantise_by_factor(factor: f64, min: i8, max: i8) -> Option<Requantise> {
    if !factor.is_finite() || factor <= 2_f64.powi(-30) || factor > 1.0 {
        return None;
    }
    // frexp: factor = fraction * 2^exponent with fraction in [0.5, 1).
    let mut exponent = factor.log2().floor() as i32 + 1;
    let mut multiplier = (factor * 2_f64.powi(31 - exponent)).round();
    if multiplier >= 2_f64.powi(31) {
        exponent += 1;
        multiplier = (factor * 2_f64.powi(31 - exponent)).round();
    }
    Some(Requantise { multiplier: multiplier as u32, shift: u8::try_from(31 - exponent).ok()?, min, max })
}
