//! `graph.json`: the structure of an integer graph as it lies in the bundle.

use serde::{Deserialize, Serialize};

/// Version of the graph format this crate reads and writes.
pub const GRAPH_FORMAT: u32 = 1;

/// A chain of layers; the output of each is the input of the next, flattened channel by channel, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphFile {
    /// Graph format; [`GRAPH_FORMAT`].
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

/// The operations of an integer graph. Each output element is one row of weights times one input vector plus a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Op {
    /// Every output sees every input.
    Linear {
        /// Length of the input vector.
        inputs: u32,
        /// Number of outputs.
        outputs: u32,
    },
    /// Cross-correlation with zero padding. A row of weights is ordered channel, kernel row, kernel column.
    Conv2d {
        /// Channels in.
        in_channels: u32,
        /// Height in.
        in_height: u32,
        /// Width in.
        in_width: u32,
        /// Channels out.
        out_channels: u32,
        /// Side of the square kernel.
        kernel: u32,
        /// Step in both directions.
        stride: u32,
        /// Zeros added on every side.
        padding: u32,
    },
}

/// `clamp((sum * multiplier + 2^(shift-1)) >> shift, min, max)` in 64-bit integers, with an arithmetic shift: halves
/// round towards plus infinity. A `min` of 0 is a ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requantise {
    /// Factor, 1 to `2^31 - 1`.
    pub multiplier: u32,
    /// Bits shifted out, 1 to 62.
    pub shift: u8,
    /// Smallest activation.
    pub min: i8,
    /// Largest activation.
    pub max: i8,
}

impl Requantise {
    /// The activation of a sum; `sum` is below [`super::ACCUMULATOR_LIMIT`] in size, so nothing overflows.
    #[must_use]
    pub fn apply(&self, sum: i32) -> i8 {
        let scaled = i64::from(sum) * i64::from(self.multiplier) + (1_i64 << (self.shift - 1));
        (scaled >> self.shift).clamp(i64::from(self.min), i64::from(self.max)) as i8
    }

    /// Finds multiplier and shift for a real factor in `(2^-30, 1]`, with a relative error below `2^-30`.
    #[must_use]
    pub fn from_factor(factor: f64, min: i8, max: i8) -> Option<Self> {
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
        Some(Self { multiplier: multiplier as u32, shift: u8::try_from(31 - exponent).ok()?, min, max })
    }
}
