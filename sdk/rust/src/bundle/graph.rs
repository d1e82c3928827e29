//! An integer graph, checked so that executing it in floats is exact.
//!
//! Weights and activations are 8-bit integers. For every row of every layer the load check proves
//! `sum(|weight|) * largest activation + |bias| < 2^24`. Any partial sum, in any order, on any device, is then an
//! integer that `f32` represents exactly, so libtorch's float kernels give the exact integer result, bit for bit.

use super::{GRAPH_FORMAT, GraphFile, InputSpec, Op, Requantise};
use safetensors::tensor::{Dtype, SafeTensors};
use std::collections::BTreeSet;

/// Every partial sum of a layer is smaller than this: integers up to `2^24` are exact in `f32` (24-bit significand).
pub const ACCUMULATOR_LIMIT: i64 = 1 << 24;
/// Most layers in a graph.
const LAYERS_MAX: usize = 64;
/// Largest side, channel count or vector length.
const SIDE_MAX: u32 = 1 << 16;
/// Most weights in one layer, and most activations between two layers.
const ELEMENTS_MAX: u64 = 1 << 26;

/// What is wrong with a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Not the documented JSON or safetensors structure.
    #[error("cannot be parsed: {message}; export the bundle again")]
    Malformed {
        /// The parser's words.
        message: String,
    },
    /// A layer that breaks a rule of the format.
    #[error("layer {layer:?}: {problem}; export the bundle again")]
    Layer {
        /// Name of the layer.
        layer: String,
        /// Expected and actual.
        problem: String,
    },
    /// Sums of this row could leave the range in which floats are exact.
    #[error(
        "layer {layer:?}, row {row}: sums reach {bound}, exact arithmetic needs less than {ACCUMULATOR_LIMIT}; use fewer inputs per row or smaller weights"
    )]
    AccumulatorOverflow {
        /// Name of the layer.
        layer: String,
        /// The row.
        row: usize,
        /// Largest size a partial sum can reach.
        bound: i64,
    },
}

/// The dimensions of a layer, uniform over all operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// The operation with its parameters.
    pub op: Op,
    /// Elements of the input.
    pub input_len: usize,
    /// Rows of weights: linear outputs or convolution channels.
    pub rows: usize,
    /// Weights per row.
    pub row_len: usize,
    /// Positions at which every row is applied: 1, or output height times width.
    pub positions: usize,
}

/// One checked layer with its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Name of the layer.
    pub name: String,
    /// Dimensions.
    pub geometry: Geometry,
    /// Row-major weights, `rows * row_len`.
    pub weights: Vec<i8>,
    /// One bias per row.
    pub bias: Vec<i32>,
    /// How sums become activations; `None` in the last layer.
    pub requantise: Option<Requantise>,
}

/// A checked graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// Layers in order, at least one.
    pub layers: Vec<Layer>,
}

impl Graph {
    /// Parses and checks `graph.json` and `weights.safetensors` for a model with this input.
    ///
    /// # Errors
    /// [`GraphError`] naming the layer and the rule it breaks.
    pub fn load(structure: &[u8], weights: &[u8], input: &InputSpec) -> Result<Self, GraphError> {
        let malformed = |message: String| GraphError::Malformed { message };
        let file: GraphFile = serde_json::from_slice(structure).map_err(|e| malformed(e.to_string()))?;
        if file.format != GRAPH_FORMAT {
            return Err(malformed(format!("format {}, this program reads {GRAPH_FORMAT}", file.format)));
        }
        if !(1..=LAYERS_MAX).contains(&file.layers.len()) {
            return Err(malformed(format!("{} layers, expected 1 to {LAYERS_MAX}", file.layers.len())));
        }
        let tensors = SafeTensors::deserialize(weights).map_err(|e| malformed(format!("weights: {e}")))?;
        require_names(&file, &tensors)?;

        let mut layers = Vec::with_capacity(file.layers.len());
        let (mut input_len, mut activation_max) = (input.bytes as usize, i64::from(input.max));
        for (index, spec) in file.layers.iter().enumerate() {
            let is_last = index + 1 == file.layers.len();
            let problem = |problem: String| GraphError::Layer { layer: spec.name.clone(), problem };
            let geometry = Geometry::of(spec.op).map_err(problem)?;
            if geometry.input_len != input_len {
                return Err(problem(format!("takes {} values, the one before gives {input_len}", geometry.input_len)));
            }
            check_requantise(spec.requantise, is_last).map_err(problem)?;
            let layer = Layer {
                weights: read_weights(&tensors, &spec.name, &geometry)?,
                bias: read_bias(&tensors, &spec.name, &geometry)?,
                name: spec.name.clone(),
                geometry,
                requantise: spec.requantise,
            };
            layer.require_exact_sums(activation_max)?;
            input_len = layer.output_len();
            activation_max = spec.requantise.map_or(0, |r| i64::from(r.min).abs().max(i64::from(r.max).abs()));
            layers.push(layer);
        }
        Ok(Self { layers })
    }

    /// Refuses a graph that gives another number of values than the output rule has labels.
    ///
    /// # Errors
    /// [`GraphError::Layer`] naming the last layer.
    pub fn require_outputs(&self, labels: usize) -> Result<(), GraphError> {
        match self.layers.last() {
            Some(last) if last.output_len() != labels => Err(GraphError::Layer {
                layer: last.name.clone(),
                problem: format!("gives {} values, the output rule has {labels} labels", last.output_len()),
            }),
            _ => Ok(()),
        }
    }
}

impl Layer {
    /// Elements of the output.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.geometry.rows * self.geometry.positions
    }

    /// Weights of one row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[i8] {
        let start = row * self.geometry.row_len;
        &self.weights[start..start + self.geometry.row_len]
    }

    fn require_exact_sums(&self, activation_max: i64) -> Result<(), GraphError> {
        for (row, bias) in self.bias.iter().enumerate() {
            let weights: i64 = self.row(row).iter().map(|&weight| i64::from(weight).abs()).sum();
            let bound = weights * activation_max + i64::from(*bias).abs();
            if bound >= ACCUMULATOR_LIMIT {
                return Err(GraphError::AccumulatorOverflow { layer: self.name.clone(), row, bound });
            }
        }
        Ok(())
    }
}

impl Geometry {
    fn of(op: Op) -> Result<Self, String> {
        let in_range = |sides: &[u32]| sides.iter().all(|side| (1..=SIDE_MAX).contains(side));
        let sizes = match op {
            Op::Linear { inputs, outputs } => {
                if !in_range(&[inputs, outputs]) {
                    return Err(format!("{op:?} has a side outside 1 to {SIDE_MAX}"));
                }
                [u64::from(inputs), u64::from(outputs), u64::from(inputs), 1]
            }
            Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } => {
                if !in_range(&[in_channels, in_height, in_width, out_channels, kernel, stride]) || padding >= kernel {
                    return Err(format!("{op:?} has a side outside 1 to {SIDE_MAX}, or padding not below the kernel"));
                }
                let steps =
                    |side: u32| (side + 2 * padding).checked_sub(kernel).map(|room| u64::from(room / stride) + 1);
                let (Some(height), Some(width)) = (steps(in_height), steps(in_width)) else {
                    return Err(format!("{op:?} has a kernel larger than its padded input"));
                };
                // Sides are at most 2^16: three of them fit 64 bits.
                let input = u64::from(in_channels) * u64::from(in_height) * u64::from(in_width);
                let row = u64::from(in_channels) * u64::from(kernel) * u64::from(kernel);
                [input, u64::from(out_channels), row, height * width]
            }
        };
        let [input_len, rows, row_len, positions] = sizes;
        let product = |a: u64, b: u64| a.checked_mul(b).is_some_and(|n| n <= ELEMENTS_MAX);
        if input_len > ELEMENTS_MAX
            || !product(rows, row_len)
            || !product(rows, positions)
            || !product(row_len, positions)
        {
            return Err(format!("{op:?} has more than {ELEMENTS_MAX} weights or activations"));
        }
        let size = |n: u64| usize::try_from(n).map_err(|error| error.to_string());
        Ok(Self {
            op,
            input_len: size(input_len)?,
            rows: size(rows)?,
            row_len: size(row_len)?,
            positions: size(positions)?,
        })
    }
}

fn check_requantise(requantise: Option<Requantise>, is_last: bool) -> Result<(), String> {
    match (requantise, is_last) {
        (None, true) => Ok(()),
        (Some(_), true) => Err("is the last one and must not requantise".to_owned()),
        (None, false) => Err("must requantise, only the last one gives its sums".to_owned()),
        (Some(r), false) => {
            let valid = (1..1 << 31).contains(&r.multiplier) && (1..=62).contains(&r.shift) && r.min <= r.max;
            if valid { Ok(()) } else { Err(format!("{r:?} is outside multiplier 1..2^31, shift 1..=62, min <= max")) }
        }
    }
}

/// Every layer has its own name, and the weights hold exactly the tensors of the layers.
fn require_names(file: &GraphFile, tensors: &SafeTensors<'_>) -> Result<(), GraphError> {
    let expected: BTreeSet<String> = file
        .layers
        .iter()
        .flat_map(|layer| [format!("{}.weight", layer.name), format!("{}.bias", layer.name)])
        .collect();
    let actual: BTreeSet<String> = tensors.names().into_iter().map(ToOwned::to_owned).collect();
    if expected == actual && expected.len() == 2 * file.layers.len() {
        return Ok(());
    }
    Err(GraphError::Malformed { message: format!("weights: tensors {actual:?}, the layers need {expected:?}") })
}

fn read_weights(tensors: &SafeTensors<'_>, layer: &str, geometry: &Geometry) -> Result<Vec<i8>, GraphError> {
    let shape = [geometry.rows, geometry.row_len];
    let bytes = read_tensor(tensors, layer, "weight", Dtype::I8, &shape)?;
    Ok(bytes.iter().map(|byte| byte.cast_signed()).collect())
}

fn read_bias(tensors: &SafeTensors<'_>, layer: &str, geometry: &Geometry) -> Result<Vec<i32>, GraphError> {
    let bytes = read_tensor(tensors, layer, "bias", Dtype::I32, &[geometry.rows])?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|chunk| i32::from_le_bytes(*chunk)).collect())
}

fn read_tensor<'data>(
    tensors: &SafeTensors<'data>,
    layer: &str,
    part: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'data [u8], GraphError> {
    let problem = |problem: String| GraphError::Layer { layer: layer.to_owned(), problem };
    let view = tensors.tensor(&format!("{layer}.{part}")).map_err(|error| problem(error.to_string()))?;
    if view.dtype() != dtype || view.shape() != shape {
        let actual = (view.dtype(), view.shape());
        return Err(problem(format!("{part} is {actual:?}, expected {:?}", (dtype, shape))));
    }
    Ok(view.data())
}
