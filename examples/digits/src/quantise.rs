//! Post-training quantisation to an integer graph.
//!
//! Symmetric, one scale per layer: a weight is `round(w * 127 / max|w|)`, an activation `round(a * 127 / max a)` with
//! the maximum over the training images, a bias is in units of its layer's sums. The factor between a sum and the next
//! activation becomes the integer multiplier and shift of [`Requantise`].

use modchains_sdk::{
    bundle::{NodeDraft, requantise_by_factor},
    core::provable::Requantise,
};
use tch::{Kind, Tensor, no_grad};

use crate::{
    CLASSES, PIXEL_MAX, SIDE,
    data::Sample,
    graph::{Builder, Tensors},
    network::{CONV1, TrainedNetwork, pixels},
};

const ACTIVATION_MAX: i8 = 127;

/// An integer graph.
#[derive(Debug, Clone)]
pub struct Quantised {
    /// Its nodes with their weights.
    pub nodes: Vec<NodeDraft>,
    /// Real value of one step of the logits.
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
    // Real value of one step of a layer's input.
    let mut step = 1.0 / f64::from(PIXEL_MAX);
    let mut layer = |name, weights, biases: Option<&Tensor>, activations: &Tensor| {
        let (tensors, sum_step) = quantise_layer(name, weights, biases, step)?;
        step = largest_size(activations)? / f64::from(ACTIVATION_MAX);
        let factor = sum_step / step;
        let rule = requantise_by_factor(factor, 0, ACTIVATION_MAX);
        rule.map(|rule: Requantise| (tensors, rule)).ok_or(QuantiseError::Factor { layer: name, factor })
    };
    let mut graph = Builder::image();
    let (tensors, rule) = layer("conv1", &network.conv1.ws, network.conv1.bs.as_ref(), &conv1)?;
    let side = graph.convolution(1, SIDE, 1, tensors, rule);
    let (tensors, rule) = layer("conv2", &network.conv2.ws, network.conv2.bs.as_ref(), &conv2)?;
    let channels = tensors.biases.len() as u32;
    let side = graph.convolution(CONV1 as u32, side, 2, tensors, rule);
    graph.flatten(channels * side * side);
    let (tensors, rule) = layer("hidden", &network.hidden.ws, network.hidden.bs.as_ref(), &hidden)?;
    graph.layer(1, tensors, Some(rule));
    let (tensors, logit_step) = quantise_layer("logits", &network.logits.ws, network.logits.bs.as_ref(), step)?;
    graph.layer(1, tensors, None);
    Ok(Quantised { nodes: graph.finish(CLASSES as u32), logit_step })
}

/// Weights and biases in integers, for an input of which one step has the real value `input_step`, and the real value of one
/// step of the sums.
fn quantise_layer(
    name: &'static str,
    weights: &Tensor,
    biases: Option<&Tensor>,
    input_step: f64,
) -> Result<(Tensors, f64), QuantiseError> {
    let weight_step = largest_size(weights)? / f64::from(ACTIVATION_MAX);
    let sum_step = input_step * weight_step;
    let weights = rounded(weights, weight_step)?.into_iter().map(|value| value as i8).collect();
    let biases = match biases {
        Some(biases) => rounded(biases, sum_step)?.into_iter().map(|value| value as i32).collect(),
        None => Vec::new(),
    };
    Ok((Tensors { name, weights, biases }, sum_step))
}

fn largest_size(tensor: &Tensor) -> Result<f64, tch::TchError> {
    f64::try_from(tensor.abs().max())
}

/// Elements in units of `step`, rounded with halves away from zero.
fn rounded(tensor: &Tensor, step: f64) -> Result<Vec<f64>, tch::TchError> {
    let values = Vec::<f64>::try_from(tensor.f_to_kind(Kind::Double)?.f_contiguous()?.f_view([-1])?)?;
    Ok(values.into_iter().map(|value| (value / step).round()).collect())
}
