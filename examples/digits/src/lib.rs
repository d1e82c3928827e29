//! The reference model: a classifier of handwritten digits, trained from the 1,797 images of 8 by 8 pixels that
//! scikit-learn ships (UCI "Optical Recognition of Handwritten Digits"), exported in both numeric classes.
//!
//! Everything follows from the seed: split, initial weights, order of the batches. Quantisation is calibrated on the
//! training images alone; accuracy is measured on the held-out fifth, through the exported bundles and the same
//! runtime that answers requests.

mod card;
mod data;
mod export;
mod graph;
pub mod made_up;
mod network;
mod quantise;

pub use data::{DataError, Digits, Sample, Split};
pub use export::{Exported, HeldOut, export_bundles, measure};
pub use network::{TrainOptions, TrainedNetwork, train};
pub use quantise::{QuantiseError, Quantised, quantise};

use modchains_crank::runtime::RuntimeError;
use modchains_sdk::bundle::{BundleError, OutputError};

/// Pixels of one image.
pub const PIXELS: usize = 64;
/// Side of one image.
pub const SIDE: u32 = 8;
/// Largest pixel value in the data.
pub const PIXEL_MAX: u8 = 16;
/// Number of classes.
pub const CLASSES: usize = 10;

/// Why the model could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DigitsError {
    /// The data file is not the expected one.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A network that cannot be expressed in 8-bit integers.
    #[error(transparent)]
    Quantise(#[from] QuantiseError),
    /// A bundle could not be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// An exported bundle does not run.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// An exported bundle answers what its manifest does not declare.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// libtorch failed.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
    /// JSON could not be serialised.
    #[error("JSON cannot be serialised: {0}")]
    Json(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error("{path}: {source}; check free space and permissions")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}
