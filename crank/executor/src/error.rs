use modchains_core::provable::{RunError, WeightProblem, check::GraphProblem};

/// Why a graph cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecutorError {
    /// The graph is refused.
    #[error(transparent)]
    Graph(#[from] GraphProblem),
    /// Weights are refused.
    #[error("weights of node {node}: {}", problem_text(problem))]
    Weights {
        /// The node.
        node: u32,
        /// What is wrong.
        problem: WeightProblem,
    },
    /// A request does not fit the graph.
    #[error("request {position} of the batch: {source}")]
    Request {
        /// Position in the batch.
        position: usize,
        /// What does not fit.
        source: RunError,
    },
    /// Arithmetic of this machine or of libtorch is not what results are proven from.
    #[error(
        "this machine cannot serve provable models: {fault}; run on another one, or with another build of libtorch"
    )]
    Arithmetic {
        /// What was found.
        fault: String,
    },
    /// Threads could not be started.
    #[error("starting {threads} threads: {reason}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why not.
        reason: String,
    },
    /// libtorch refused to work.
    #[error("libtorch: {0}")]
    Torch(String),
}

impl From<tch::TchError> for ExecutorError {
    fn from(error: tch::TchError) -> Self {
        Self::Torch(torch_message(&error))
    }
}

/// What libtorch says, without the C++ stack that it adds.
#[must_use]
pub fn torch_message(error: &tch::TchError) -> String {
    let text = error.to_string();
    text.split("\nframe #").next().unwrap_or_default().to_owned()
}

impl ExecutorError {
    /// Stable label for metrics.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Graph(_) => "executor_graph",
            Self::Weights { .. } => "executor_weights",
            Self::Request { .. } => "executor_request",
            Self::Arithmetic { .. } => "executor_arithmetic",
            Self::Threads { .. } => "executor_threads",
            Self::Torch(_) => "executor_torch",
        }
    }
}

fn problem_text(problem: &WeightProblem) -> String {
    match problem {
        WeightProblem::Length { row } => format!("row {row} is missing or has another length"),
        WeightProblem::Value { row } => format!("row {row} holds what is no value"),
        WeightProblem::Root => "they are not what the record commits to".to_owned(),
    }
}
