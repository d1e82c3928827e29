//! What stands for a tensor, a record, a graph and a trace.

use super::domain::{GRAPH, RECORD, TENSOR, TRACE};
use crate::hash::{Hash, Sha256};

/// A node's output, or a tensor of weights, as a leaf: `rows` is the root of the tree over its rows.
pub fn tensor_leaf(sha256: impl Sha256, node: u32, shape: [u32; 2], rows: &Hash) -> Hash {
    let [row_count, columns] = shape.map(u32::to_le_bytes);
    sha256(&[&[TENSOR], &node.to_le_bytes(), &row_count, &columns, rows])
}

/// A node's record, by its bytes.
pub fn record_hash(sha256: impl Sha256, record: &[u8]) -> Hash {
    sha256(&[&[RECORD], record])
}

/// A graph of `nodes` nodes: `records` is the root of the tree over their records.
pub fn graph_root(sha256: impl Sha256, nodes: u32, records: &Hash) -> Hash {
    sha256(&[&[GRAPH], &nodes.to_le_bytes(), records])
}

/// Everything that a graph computed for an input of the declared size `size`: `tensors` is the root of the tree over its
/// nodes' outputs.
pub fn trace_root(sha256: impl Sha256, graph: &Hash, size: u32, nodes: u32, tensors: &Hash) -> Hash {
    sha256(&[&[TRACE], graph, &size.to_le_bytes(), &nodes.to_le_bytes(), tensors])
}
