//! The float network and its training.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use tch::{
    Device, Kind, Tensor,
    nn::{self, Module, ModuleT, OptimizerConfig},
};

use crate::{
    CLASSES, PIXEL_MAX,
    data::{Sample, shuffle},
};

const BATCH: usize = 64;
const LEARNING_RATE: f64 = 2e-3;
const WEIGHT_DECAY: f64 = 1e-2;
const DROPOUT: f64 = 0.3;

/// Channels and widths of the network.
pub(super) const CONV1: i64 = 16;
pub(super) const CONV2: i64 = 32;
pub(super) const HIDDEN: i64 = 64;

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// Decides split, initial weights and order.
    pub seed: u64,
    /// Passes over the training images.
    pub epochs: u32,
}

/// Two convolutions (3 by 3; the second with stride 2) and two linear layers, with ReLU between them.
pub struct TrainedNetwork {
    variables: nn::VarStore,
    pub(super) conv1: nn::Conv2D,
    pub(super) conv2: nn::Conv2D,
    pub(super) hidden: nn::Linear,
    pub(super) logits: nn::Linear,
}

impl TrainedNetwork {
    fn new() -> Self {
        let variables = nn::VarStore::new(Device::Cpu);
        let root = variables.root();
        let conv = |stride| nn::ConvConfig { padding: 1, stride, ..Default::default() };
        Self {
            conv1: nn::conv2d(&root / "conv1", 1, CONV1, 3, conv(1)),
            conv2: nn::conv2d(&root / "conv2", CONV1, CONV2, 3, conv(2)),
            hidden: nn::linear(&root / "hidden", CONV2 * 16, HIDDEN, Default::default()),
            logits: nn::linear(&root / "logits", HIDDEN, CLASSES as i64, Default::default()),
            variables,
        }
    }

    /// Activations after each layer, the last one being the logits, for pixels (batch, 1, 8, 8) from 0 to 16.
    pub(super) fn activations(&self, pixels: &Tensor) -> [Tensor; 4] {
        let conv1 = self.conv1.forward_t(&(pixels / f64::from(PIXEL_MAX)), false).relu();
        let conv2 = self.conv2.forward_t(&conv1, false).relu();
        let hidden = self.hidden.forward(&conv2.view([-1, CONV2 * 16])).relu();
        let logits = self.logits.forward(&hidden);
        [conv1, conv2, hidden, logits]
    }

    /// Logits (batch, classes) as in training, with dropout before both linear layers.
    fn training_logits(&self, pixels: &Tensor) -> Tensor {
        let conv1 = self.conv1.forward_t(&(pixels / f64::from(PIXEL_MAX)), true).relu();
        let conv2 = self.conv2.forward_t(&conv1, true).relu().view([-1, CONV2 * 16]).dropout(DROPOUT, true);
        self.logits.forward(&self.hidden.forward(&conv2).relu().dropout(DROPOUT, true))
    }
}

/// Pixels of samples as a float tensor (batch, 1, 8, 8).
pub(super) fn pixels(samples: &[Sample]) -> Tensor {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.pixels).collect();
    Tensor::from_slice(&bytes).view([-1, 1, 8, 8]).to_kind(Kind::Float)
}

/// Trains on `samples`, calling `progress` with the mean loss after every epoch. Uses one thread, so that the same
/// seed gives the same weights.
///
/// # Errors
/// When libtorch fails.
pub fn train(
    samples: &[Sample],
    options: TrainOptions,
    mut progress: impl FnMut(f64),
) -> Result<TrainedNetwork, tch::TchError> {
    tch::set_num_threads(1);
    tch::manual_seed(options.seed.cast_signed());
    let mut network = TrainedNetwork::new();
    let images = pixels(samples);
    let labels: Vec<i64> = samples.iter().map(|sample| i64::from(sample.label)).collect();
    let labels = Tensor::from_slice(&labels);
    let mut optimizer =
        nn::AdamW { wd: WEIGHT_DECAY, ..Default::default() }.build(&network.variables, LEARNING_RATE)?;
    let mut generator = ChaCha8Rng::seed_from_u64(options.seed);
    let mut order: Vec<i64> = (0..samples.len() as i64).collect();
    for epoch in 0..options.epochs {
        let done = f64::from(epoch) / f64::from(options.epochs);
        optimizer.set_lr(LEARNING_RATE * 0.5 * (1.0 + (std::f64::consts::PI * done).cos()));
        shuffle(&mut order, &mut generator);
        let mut loss_sum = 0.0;
        for batch in order.chunks(BATCH) {
            let rows = Tensor::from_slice(batch);
            let logits = network.training_logits(&images.index_select(0, &rows));
            let loss = logits.cross_entropy_for_logits(&labels.index_select(0, &rows));
            optimizer.backward_step(&loss);
            loss_sum += f64::try_from(&loss)? * batch.len() as f64;
        }
        progress(loss_sum / samples.len() as f64);
    }
    network.variables.freeze();
    Ok(network)
}
