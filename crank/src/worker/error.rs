//! What can go wrong between the service and its workers.

use modchains_sdk::bundle::InputError;

/// Why a request got no result. Cloneable, because one cause can answer a whole batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// The program could not be started.
    #[error(
        "worker {program} cannot be started: {reason}; check that the binary exists and libtorch is where it was built for"
    )]
    Spawn {
        /// The binary.
        program: String,
        /// The system's reason.
        reason: String,
    },
    /// The child refused to serve: bad bundle, sandbox not available, module not loadable.
    #[error("worker refused to start ({label}): {message}")]
    Refused {
        /// Stable label of the cause.
        label: String,
        /// The child's words.
        message: String,
    },
    /// The sandbox let something through that it must not.
    #[error(
        "the sandbox does not hold: {allowed} is possible inside it; use a kernel with Landlock and seccomp, or set sandbox = \"best-effort\" and trust the model"
    )]
    SandboxHole {
        /// What was possible.
        allowed: String,
    },
    /// Not ready within the wall-clock limit; the child was killed.
    #[error(
        "worker was not ready within {limit_ms} ms and was killed; raise worker.start_timeout_ms if this model takes so long to load and run"
    )]
    StartTimedOut {
        /// The limit.
        limit_ms: u64,
    },
    /// No answer within the wall-clock limit; the child was killed.
    #[error(
        "worker gave no answer to {inputs} requests within {limit_ms} ms and was killed; raise worker.batch_timeout_ms or lower worker.max_batch"
    )]
    TimedOut {
        /// Requests in the batch.
        inputs: usize,
        /// The limit.
        limit_ms: u64,
    },
    /// The child ended.
    #[error("worker ended unexpectedly ({status}); its last words: {last_words:?}")]
    Crashed {
        /// Exit status or signal.
        status: String,
        /// End of its standard error.
        last_words: String,
    },
    /// The child sent something that is not the protocol; it was killed.
    #[error("worker broke the protocol and was killed: {0}")]
    Protocol(String),
    /// The model failed on this batch.
    #[error("model failed ({label}): {message}")]
    Model {
        /// Stable label of the cause.
        label: String,
        /// The child's words.
        message: String,
    },
    /// The input does not fit the model; nothing was sent to the child.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The queue is full; nothing was queued.
    #[error("{queued} requests wait already, the queue holds {capacity}; ask again later or add worker processes")]
    Overloaded {
        /// Requests waiting.
        queued: usize,
        /// Size of the queue.
        capacity: usize,
    },
    /// More inputs than a batch may have; nothing was sent to the child.
    #[error("{inputs} inputs in one batch, the worker takes {max_batch}; split the batch or raise max_batch")]
    BatchTooLarge {
        /// Inputs given.
        inputs: usize,
        /// Most a batch may have.
        max_batch: u16,
    },
    /// The pool is shutting down.
    #[error("the worker pool is shutting down")]
    ShuttingDown,
}

impl WorkerError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Spawn { .. } => "worker_spawn",
            Self::Refused { .. } => "worker_refused",
            Self::SandboxHole { .. } => "worker_sandbox_hole",
            Self::StartTimedOut { .. } => "worker_start_timed_out",
            Self::TimedOut { .. } => "worker_timed_out",
            Self::Crashed { .. } => "worker_crashed",
            Self::Protocol(_) => "worker_protocol",
            Self::Model { .. } => "worker_model",
            Self::Input(_) => "worker_input",
            Self::Overloaded { .. } => "worker_overloaded",
            Self::BatchTooLarge { .. } => "worker_batch_too_large",
            Self::ShuttingDown => "worker_shutting_down",
        }
    }

    /// Whether one request of a batch may have caused this, so that the others deserve another try without it.
    #[must_use]
    pub fn may_be_one_input(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::Crashed { .. } | Self::Protocol(_) | Self::Model { .. })
    }
}
