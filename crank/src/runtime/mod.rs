//! Model runtimes: from a verified bundle and request bytes to result bytes.

mod graph;
mod script;
mod warm_up;

pub use graph::GraphRuntime;
pub use script::ScriptRuntime;
pub use warm_up::warm_up;

use modchains_executor::{ExecutorError, torch_message};
use modchains_sdk::bundle::{Bundle, BundleError, InputError, NumericClass, OutputError};

/// Executes one model. Implementations are driven by one thread at a time.
pub trait ModelRuntime: Send {
    /// Computes the results of a batch, in order. In the provable classes the bytes of each result do not depend
    /// on the rest of the batch, the number of threads or the machine.
    ///
    /// # Errors
    /// [`RuntimeError`]; the batch then has no results at all.
    fn infer_batch(&self, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, RuntimeError>;
}

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The bundle is not valid.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// An input does not fit the model.
    #[error("request {position} of the batch: {source}")]
    Input {
        /// Position in the batch.
        position: usize,
        /// What does not fit.
        source: InputError,
    },
    /// The graph cannot be computed.
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    /// The model's numbers do not fit the output rule.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The model's numbers are not real ones.
    #[error(
        "the model gives numbers of the kind {actual}, expected a float tensor; convert the logits and export it again"
    )]
    Kind {
        /// As libtorch names it.
        actual: String,
    },
    /// The model's answer is not one row of logits per request.
    #[error(
        "the model gives a tensor of shape {actual:?}, expected {expected:?}: one row per request and one column per label; export it again"
    )]
    Shape {
        /// Requests in the batch, and labels.
        expected: [i64; 2],
        /// What the model gave.
        actual: Vec<i64>,
    },
    /// The model answers a request differently in company.
    #[error(
        "the model answers the same input in another way in a batch of {batch} than alone; export it without operations across the batch and without random numbers, or serve it with worker.max_batch = 1 if the answers alone are always the same"
    )]
    BatchDiffers {
        /// Inputs in the batch.
        batch: usize,
    },
    /// libtorch refused the module or failed in it.
    #[error("libtorch: {0}")]
    Torch(String),
}

impl From<tch::TchError> for RuntimeError {
    fn from(error: tch::TchError) -> Self {
        Self::Torch(torch_message(&error))
    }
}

impl RuntimeError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Bundle(error) => error.label(),
            Self::Input { .. } => "runtime_input_invalid",
            Self::Executor(_) => "runtime_executor",
            Self::Output(_) => "runtime_output_invalid",
            Self::Kind { .. } => "runtime_kind",
            Self::Shape { .. } => "runtime_shape",
            Self::BatchDiffers { .. } => "runtime_batch_differs",
            Self::Torch(_) => "runtime_torch",
        }
    }
}

/// Loads the bundle with libtorch on the CPU, with `threads` compute threads for the whole process.
///
/// # Errors
/// When the bundle is invalid or libtorch refuses the module. An unproven bundle holds code: call this only in a
/// process that may be lost, as [`crate::worker`] does.
pub fn load(bundle: &Bundle, threads: u16) -> Result<Box<dyn ModelRuntime>, RuntimeError> {
    tch::set_num_threads(i32::from(threads.max(1)));
    Ok(match bundle.manifest().numeric_class {
        NumericClass::Exact | NumericClass::Rounded => Box::new(GraphRuntime::load(bundle, threads)?),
        NumericClass::Unproven => Box::new(ScriptRuntime::load(bundle)?),
    })
}
