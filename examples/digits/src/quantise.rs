//! Post-training quantisation to an integer graph.
//!
//! Symmetric, one scale per layer: a weight is `round(w * 127 / max|w|)`, an activation `round(a * 127 / max a)` with
//! the maximum over the training images, a bias is in units of its layer's sums. The factor between a sum and the next
//! activation becomes the integer multiplier and shift of [`modchains_sdk::bundle::Requantise`].

use modchains_sdk::bundle::{GraphFile, LAYER_FORMAT, LayerFile, Op, requantise_by_factor};
use tch::{Kind, Tensor, no_grad};

use crate::{
    CLASSES, PIXEL_MAX, SIDE,
    data::Sample,
    network::{CONV1, CONV2, HIDDEN, TrainedNetwork, pixels},
};

const ACTIVATION_MAX: i8 = 127;

/// The structure and the tensors of an integer graph.
#[derive(Debug, Clone)]
pub struct Quantised {
    /// `graph.json`.
    pub structure: GraphFile,
    /// Weights and biases of each layer, in the order of the structure.
    pub tensors: Vec<(Vec<i8>, Vec<i32>)>,
    /// Real value of one step of the last layer's sums.
    pub logit_step: f64,
}

/// A network that cannot be expressed in 8-bit integers.
#[derive(Debug, thiserror::Error)]
pub enum QuantiseError {
    /// Factors outside what the requantisation rule can express.
    #[error(
        "layer {layer:?}: the factor {factor} between sums and activations cannot be expressed; train again with another seed"
    )]
    Factor {
        /// The layer.
        layer: &'static str,
        /// The real factor.
        factor: f64,
    },
    /// libtorch failed.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
}

/// Quantises a network, calibrated on `training` images only.
///
/// # Errors
/// [`QuantiseError`] naming the layer.
pub fn quantise(network: &TrainedNetwork, training: &[Sample]) -> Result<Quantised, QuantiseError> {
    let [conv1, conv2, hidden, _] = no_grad(|| network.activations(&pixels(training)));
    let conv = |in_channels, side, out_channels, stride| Op::Conv2d {
        in_channels,
        in_height: side,
        in_width: side,
        out_channels,
        kernel: 3,
        stride,
        padding: 1,
    };
    let linear = |inputs, outputs| Op::Linear { inputs, outputs };
    let (channels1, channels2, width) = (CONV1 as u32, CONV2 as u32, HIDDEN as u32);
    let first = conv(1, SIDE, channels1, 1);
    let second = conv(channels1, SIDE, channels2, 2);
    let layers = [
        ("conv1", first, &network.conv1.ws, network.conv1.bs.as_ref(), Some(&conv1)),
        ("conv2", second, &network.conv2.ws, network.conv2.bs.as_ref(), Some(&conv2)),
        ("hidden", linear(channels2 * 16, width), &network.hidden.ws, network.hidden.bs.as_ref(), Some(&hidden)),
        ("logits", linear(width, CLASSES as u32), &network.logits.ws, network.logits.bs.as_ref(), None),
    ];

    let structure = GraphFile { format: LAYER_FORMAT, layers: Vec::new() };
    let mut quantised = Quantised { structure, tensors: Vec::new(), logit_step: 1.0 };
    // Real value of one step of the layer's input.
    let mut input_step = 1.0 / f64::from(PIXEL_MAX);
    for (name, op, weights, bias, activations) in layers {
        let weight_step = largest_size(weights)? / f64::from(ACTIVATION_MAX);
        let sum_step = input_step * weight_step;
        let requantise = match activations {
            None => None,
            Some(activations) => {
                input_step = largest_size(activations)? / f64::from(ACTIVATION_MAX);
                let factor = sum_step / input_step;
                let rule = requantise_by_factor(factor, 0, ACTIVATION_MAX);
                Some(rule.ok_or(QuantiseError::Factor { layer: name, factor })?)
            }
        };
        let weights: Vec<i8> = rounded(weights, weight_step)?.into_iter().map(|value| value as i8).collect();
        let bias: Vec<i32> = match bias {
            Some(bias) => rounded(bias, sum_step)?.into_iter().map(|value| value as i32).collect(),
            None => Vec::new(),
        };
        quantised.structure.layers.push(LayerFile { name: name.to_owned(), op, requantise });
        quantised.tensors.push((weights, bias));
        quantised.logit_step = sum_step;
    }
    Ok(quantised)
}

fn largest_size(tensor: &Tensor) -> Result<f64, tch::TchError> {
    f64::try_from(tensor.abs().max())
}

/// Elements in units of `step`, rounded with halves away from zero.
fn rounded(tensor: &Tensor, step: f64) -> Result<Vec<f64>, tch::TchError> {
    let values = Vec::<f64>::try_from(tensor.f_to_kind(Kind::Double)?.f_contiguous()?.f_view([-1])?)?;
    Ok(values.into_iter().map(|value| (value / step).round()).collect())
}
