//! Integer graphs: what they are, when executing them in floats is exact, what they compute and how they hash.
//!
//! A graph is a chain of layers; the output of each is the input of the next, flattened channel by channel, row by row.
//! Weights and activations are 8-bit integers. For every row of every layer [`Graph::new`] proves
//! `sum(|weight|) * largest activation + |bias| < 2^24`. Any partial sum, in any order, on any device, is then an
//! integer that `f32` represents exactly, so float kernels give the exact integer result, bit for bit.
//!
//! Nothing here allocates: weights are borrowed, and whoever runs or hashes a graph lends the room.

mod error;
mod geometry;
mod interpret;
mod operation;
mod tree;

pub use error::{GraphError, LayerProblem};
pub use operation::{Geometry, Op};
pub use tree::{row_leaf, tree_root};

pub use crate::provable::Requantise;

/// Every partial sum of a layer is smaller than this: integers up to `2^24` are exact in `f32` (24-bit significand).
pub const ACCUMULATOR_LIMIT: i64 = 1 << 24;
/// Most layers in a graph.
pub const LAYERS_MAX: usize = 64;
/// Largest side, channel count or vector length.
pub const SIDE_MAX: u32 = 1 << 16;
/// Most weights in one layer, and most activations between two layers.
pub const ELEMENTS_MAX: u64 = 1 << 26;

/// One layer with its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer<'a> {
    /// What it computes, and its dimensions.
    pub geometry: Geometry,
    /// Row-major weights, `rows * row_len` 8-bit integers in two's complement.
    pub weights: &'a [u8],
    /// One bias per row.
    pub bias: &'a [i32],
    /// How sums become activations; none in the last layer, which gives its sums as they are.
    pub requantise: Option<Requantise>,
}

impl<'a> Layer<'a> {
    /// Elements of the output.
    pub const fn output_len(&self) -> usize {
        self.geometry.output_len()
    }

    /// Each row's bias and weights.
    pub fn rows(&self) -> impl Iterator<Item = (i32, &'a [u8])> + use<'a> {
        self.bias.iter().copied().zip(self.weights.chunks_exact(self.geometry.row_len.max(1)))
    }

    /// One row's bias and weights.
    fn row(&self, row: usize) -> Option<(i32, &'a [u8])> {
        let weights = self.weights.chunks_exact(self.geometry.row_len.max(1)).nth(row)?;
        Some((*self.bias.get(row)?, weights))
    }

    fn check(&self, is_last: bool, input_len: usize, activation_max: i64) -> Result<(), LayerProblem> {
        let geometry = &self.geometry;
        if geometry.input_len != input_len {
            return Err(LayerProblem::InputLength { expected: geometry.input_len, actual: input_len });
        }
        match (self.requantise, is_last) {
            (Some(rule), false) if !rule.is_valid() => return Err(LayerProblem::RequantiseInvalid { rule }),
            (Some(_), true) => return Err(LayerProblem::LastRequantises),
            (None, false) => return Err(LayerProblem::RequantiseMissing),
            _ => {}
        }
        let expected = geometry.rows.checked_mul(geometry.row_len);
        if expected != Some(self.weights.len()) || geometry.rows != self.bias.len() {
            return Err(LayerProblem::TensorLength { geometry: *geometry });
        }
        for (row, (bias, weights)) in self.rows().enumerate() {
            // arith-safety: at most 2^26 weights of size at most 2^7 times an activation of at most 2^8, plus 2^31.
            let weights: i64 = weights.iter().map(|weight| i64::from(weight.cast_signed()).abs()).sum();
            let bound = weights * activation_max + i64::from(bias).abs();
            if bound >= ACCUMULATOR_LIMIT {
                return Err(LayerProblem::AccumulatorOverflow { row, bound });
            }
        }
        Ok(())
    }
}

/// A checked graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph<'a> {
    layers: &'a [Layer<'a>],
    input_max: u8,
}

impl<'a> Graph<'a> {
    /// Checks that `layers` fit each other, that every sum is exact for inputs of `input_len` values from 0 to
    /// `input_max`, and that all layers but the last requantise. Fails with the layer and the rule that it breaks.
    pub fn new(layers: &'a [Layer<'a>], input_len: usize, input_max: u8) -> Result<Self, GraphError> {
        if !(1..=LAYERS_MAX).contains(&layers.len()) {
            return Err(GraphError::LayerCount { actual: layers.len() });
        }
        let (mut input_len, mut activation_max) = (input_len, i64::from(input_max));
        for (index, layer) in layers.iter().enumerate() {
            let is_last = index + 1 == layers.len();
            let checked = layer.check(is_last, input_len, activation_max);
            checked.map_err(|problem| GraphError::Layer { index, problem })?;
            input_len = layer.output_len();
            activation_max = layer.requantise.map_or(0, largest_activation);
        }
        Ok(Self { layers, input_max })
    }

    /// The layers in order, at least one.
    pub const fn layers(&self) -> &'a [Layer<'a>] {
        self.layers
    }

    /// Values in an input.
    pub fn input_len(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.geometry.input_len)
    }

    /// Values in an output.
    pub fn output_len(&self) -> usize {
        self.layers.last().map_or(0, Layer::output_len)
    }
}

/// Largest size of an activation.
fn largest_activation(rule: Requantise) -> i64 {
    i64::from(rule.min).abs().max(i64::from(rule.max).abs())
}
