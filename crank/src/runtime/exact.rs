//! The exact class: integer graphs on libtorch's float kernels.
//!
//! Convolutions are unfolded into matrix products on purpose. Direct convolution kernels may choose Winograd or FFT
//! algorithms, whose intermediate values are not integers; a matrix product only ever adds products of the operands,
//! and the graph's load check keeps every such sum exact.

use modchains_sdk::bundle::{Bundle, InputSpec, Layer, Op, OutputRule, Requantise};
use tch::{Kind, Tensor, no_grad};

use super::{ModelRuntime, RuntimeError, join_inputs};

/// An integer graph ready to run.
pub struct ExactRuntime {
    input: InputSpec,
    output: OutputRule,
    layers: Vec<TorchLayer>,
}

struct TorchLayer {
    op: Op,
    /// Linear: transposed to (inputs, outputs). Convolution: (channels, row length).
    weights: Tensor,
    /// Linear: (outputs). Convolution: (channels, 1).
    bias: Tensor,
    requantise: Option<Requantise>,
}

impl ExactRuntime {
    /// Loads and checks the graph of an exact bundle.
    ///
    /// # Errors
    /// When the graph is malformed, not exact, or not the declared one.
    pub fn load(bundle: &Bundle) -> Result<Self, RuntimeError> {
        let layers = bundle.layer_graph()?.layers.iter().map(TorchLayer::new).collect::<Result<_, _>>()?;
        let manifest = bundle.manifest();
        Ok(Self { input: manifest.input.clone(), output: manifest.output.clone(), layers })
    }
}

impl ModelRuntime for ExactRuntime {
    fn infer_batch(&self, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, RuntimeError> {
        let joined = join_inputs(&self.input, inputs)?;
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let sums: Vec<i32> = no_grad(|| {
            let batch = inputs.len() as i64;
            let mut values = Tensor::from_slice(&joined).f_view([batch, -1])?.f_to_kind(Kind::Float)?;
            for layer in &self.layers {
                values = layer.forward(&values, batch)?;
            }
            Vec::<i32>::try_from(values.f_to_kind(Kind::Int)?.f_view([-1])?)
        })?;
        let per_input = sums.len() / inputs.len();
        sums.chunks(per_input).map(|logits| Ok(self.output.encode_accumulators(logits)?)).collect()
    }
}

impl TorchLayer {
    fn new(layer: &Layer) -> Result<Self, tch::TchError> {
        let geometry = &layer.geometry;
        let shape = [geometry.rows as i64, geometry.row_len as i64];
        let weights = Tensor::f_from_data_size(&layer.weights, &shape, Kind::Int8)?.f_to_kind(Kind::Float)?;
        let bias = Tensor::from_slice(&layer.bias).f_to_kind(Kind::Float)?;
        let (weights, bias) = match geometry.op {
            Op::Linear { .. } => (weights.f_transpose(0, 1)?.f_contiguous()?, bias),
            Op::Conv2d { .. } => (weights, bias.f_view([-1, 1])?),
        };
        Ok(Self { op: geometry.op, weights, bias, requantise: layer.requantise })
    }

    /// Takes (batch, inputs) and gives (batch, outputs), both flat.
    fn forward(&self, values: &Tensor, batch: i64) -> Result<Tensor, tch::TchError> {
        let sums = match self.op {
            Op::Linear { .. } => self.bias.f_addmm(values, &self.weights)?,
            Op::Conv2d { in_channels, in_height, in_width, kernel, stride, padding, .. } => {
                let image = [batch, i64::from(in_channels), i64::from(in_height), i64::from(in_width)];
                let twice = |side: u32| [i64::from(side); 2];
                let patches = values.f_view(image)?.f_im2col(twice(kernel), [1, 1], twice(padding), twice(stride))?;
                self.weights.f_matmul(&patches)?.f_add_(&self.bias)?.f_view([batch, -1])?
            }
        };
        match &self.requantise {
            Some(rule) => requantise(&sums, rule),
            None => Ok(sums),
        }
    }
}

/// [`Requantise::apply`] on a whole tensor: 64-bit integers throughout, so nothing is rounded but by the rule.
fn requantise(sums: &Tensor, rule: &Requantise) -> Result<Tensor, tch::TchError> {
    sums.f_to_kind(Kind::Int64)?
        .f_mul_scalar_(i64::from(rule.multiplier))?
        .f_add_scalar_(1_i64 << (rule.shift - 1))?
        .f_bitwise_right_shift_tensor_scalar_(i64::from(rule.shift))?
        .f_clamp_(i64::from(rule.min), i64::from(rule.max))?
        .f_to_kind(Kind::Float)
}
