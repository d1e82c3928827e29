//! The provable classes: graphs, computed by the executor.

use modchains_executor::{Executor, Request, Wanted};
use modchains_sdk::{
    bundle::{Bundle, InputSpec},
    core::provable::{ElementKind, InputLength},
};

use super::{ModelRuntime, RuntimeError};

/// A graph ready to run. Inputs and results are its first and its last tensor, byte for byte.
pub struct GraphRuntime {
    input: InputSpec,
    length: Option<InputLength>,
    /// What the elements of a result are.
    kind: ElementKind,
    executor: Executor,
}

impl GraphRuntime {
    /// Loads and checks the graph of a provable bundle, to be run on `threads` threads.
    ///
    /// # Errors
    /// When the graph is malformed, could not be disputed, or is not the declared one, and when this machine's arithmetic is
    /// another one than results are proven by.
    pub fn load(bundle: &Bundle, threads: u16) -> Result<Self, RuntimeError> {
        let graph = bundle.graph()?;
        let length = graph.graph().input_length();
        let kind = graph.records().last().map_or(ElementKind::Int8, |record| record.kind);
        let executor = Executor::new(graph.records().to_vec(), &graph, threads.into())?;
        Ok(Self { input: bundle.manifest().input.clone(), length, kind, executor })
    }
}

impl ModelRuntime for GraphRuntime {
    fn infer_batch(&self, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, RuntimeError> {
        let mut batch = Vec::with_capacity(inputs.len());
        for (position, input) in inputs.iter().enumerate() {
            self.input.check(input).map_err(|source| RuntimeError::Input { position, source })?;
            // An input of another length was refused; the executor refuses a size that is none.
            let size = self.length.and_then(|length| length.size_of(input.len() as u64)).unwrap_or_default();
            batch.push(Request { size, input });
        }
        let results = self.executor.run(&batch, Wanted::Output)?.words;
        let bytes = results.iter().map(|words| {
            let mut bytes = vec![0; words.len() * self.kind.bytes()];
            self.kind.encode(words, &mut bytes);
            bytes
        });
        Ok(bytes.collect())
    }
}
