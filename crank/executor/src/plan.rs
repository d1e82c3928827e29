//! In which steps a graph is computed, and how long outputs are kept.

use std::ops::Range;

use modchains_core::provable::Record;

use crate::operators::Kernel;

/// Nodes that are computed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Their indices. More than one are a chain: all have the same rows, and a block of rows goes through all of them while it
    /// is in the processor's cache.
    pub nodes: Range<usize>,
    /// Nodes that no later step reads.
    pub expired: Vec<usize>,
}

/// The steps of a graph, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// All nodes, in order.
    pub steps: Vec<Step>,
    /// For each node whether its output is more than what a chain passes on: a later step reads it, it is the output of the
    /// graph, or it is no chain's.
    pub is_kept: Vec<bool>,
}

impl Plan {
    /// For a checked graph, whose nodes are computed by `kernels`.
    pub fn new(records: &[Record], kernels: &[Kernel]) -> Self {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for index in 0..records.len() {
            match ranges.last_mut() {
                Some(last) if continues(records, kernels, last.start, index) => last.end += 1,
                _ => ranges.push(index..index + 1),
            }
        }
        // For each node the last step that reads it; the output of the graph is read afterwards.
        let mut last_reads: Vec<Option<usize>> = vec![None; records.len()];
        for (number, range) in ranges.iter().enumerate() {
            for record in &records[range.clone()] {
                for input in record.inputs().iter().filter(|input| (**input as usize) < range.start) {
                    last_reads[*input as usize] = Some(number);
                }
            }
        }
        let is_chained = |node: usize| matches!(kernels[node], Kernel::Rows(_));
        let is_kept = |node: usize| last_reads[node].is_some() || !is_chained(node) || node + 1 == records.len();
        let is_kept = (0..records.len()).map(is_kept).collect();
        let expired = |number: usize| (0..records.len()).filter(|node| last_reads[*node] == Some(number)).collect();
        let steps = ranges.into_iter().enumerate();
        Self { steps: steps.map(|(number, nodes)| Step { nodes, expired: expired(number) }).collect(), is_kept }
    }
}

/// Whether a node can be computed block by block with the nodes from `start` on.
fn continues(records: &[Record], kernels: &[Kernel], start: usize, index: usize) -> bool {
    let (Kernel::Rows(_), Kernel::Rows(rows)) = (&kernels[start], &kernels[index]) else { return false };
    let record = &records[index];
    let is_there = |input: &u32| {
        let input = *input as usize;
        input < start || rows.is_by_row() && records[input].rows == record.rows
    };
    record.rows == records[start].rows && record.inputs().iter().all(is_there)
}
