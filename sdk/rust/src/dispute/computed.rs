use modchains_core::provable::{Graph, RunError, Weights};

use crate::provable::TraceTree;

/// Everything that a graph computes for one input, by the reference interpreter, whose functions are those that decide a
/// dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The declared size of the input.
    pub size: u32,
    words: Vec<u32>,
}

impl Computed {
    /// Runs the graph. It is slow: some nanoseconds for each multiplication.
    ///
    /// # Errors
    /// When the graph takes no such input, or weights are missing.
    pub fn new(graph: &Graph<'_>, weights: &impl Weights, input: &[u8]) -> Result<Self, RunError> {
        let lengths = graph.input_length().map_or(0, |length| u64::from(length.bytes.fixed));
        let mismatch = RunError::InputLength { expected: lengths, actual: input.len() };
        let size = graph.size_of_input(input.len() as u64).ok_or(mismatch)?;
        let needed = graph.words(size);
        let mut words = vec![0; usize::try_from(needed).map_err(|_| RunError::Room { needed })?];
        graph.run(size, input, weights, &mut words)?;
        Ok(Self { size, words })
    }

    /// The tree over it. None when the graph is another one.
    pub fn tree<'a>(&'a self, graph: &Graph<'a>) -> Option<TraceTree<'a>> {
        TraceTree::of(graph, self.size, &self.words)
    }

    /// The output, byte for byte as it is posted. None when the graph is another one.
    pub fn output(&self, graph: &Graph<'_>) -> Option<Vec<u8>> {
        let tensor = graph.tensor(graph.summary().nodes.checked_sub(1)?, self.size)?;
        let start = self.words.len().checked_sub(usize::try_from(tensor.elements()).ok()?)?;
        let words = self.words.get(start..)?;
        let mut bytes = vec![0; words.len().checked_mul(tensor.kind.bytes())?];
        tensor.kind.encode(words, &mut bytes);
        Some(bytes)
    }
}
