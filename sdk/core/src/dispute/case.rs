use super::{DisputeError, Result};
use crate::{
    hash::{Hash, Sha256},
    provable::{
        Tensor,
        commitment::{self, depth},
    },
};

/// What a game is about: what graph and request say, which both sides can read and no move changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// The graph's root.
    pub graph: Hash,
    /// Its nodes.
    pub nodes: u32,
    /// The declared size of the input.
    pub size: u32,
    /// The shape of the last node's output for that size.
    pub output: Tensor,
    /// The root of the trace that the operator is bound to; zero for none yet.
    pub trace: Hash,
    /// Seconds that a side has at least when it gets the turn.
    pub grace_seconds: u32,
}

impl Case {
    /// The root of the tree over the nodes' outputs, by the leaf of one and its siblings.
    pub(super) fn tensors(&self, sha256: impl Sha256, leaf: Hash, node: u32, siblings: &[Hash]) -> Result<Hash> {
        if siblings.len() != depth(self.nodes) as usize {
            return Err(DisputeError::PathLength);
        }
        Ok(commitment::root_of_path(sha256, leaf, node, siblings))
    }

    /// The root of a trace, by the root of the tree over the nodes' outputs.
    pub(super) fn trace_root(&self, sha256: impl Sha256, tensors: &Hash) -> Hash {
        commitment::trace_root(sha256, &self.graph, self.size, self.nodes, tensors)
    }

    /// Refuses a record that is not the graph's.
    #[inline(never)]
    pub(super) fn require_record(
        &self,
        sha256: impl Sha256,
        node: u32,
        record: &[u8],
        siblings: &[Hash],
    ) -> Result<()> {
        if siblings.len() != depth(self.nodes) as usize {
            return Err(DisputeError::PathLength);
        }
        let leaf = commitment::record_hash(&sha256, record);
        let records = commitment::root_of_path(&sha256, leaf, node, siblings);
        let is_record = node < self.nodes && commitment::graph_root(&sha256, self.nodes, &records) == self.graph;
        if is_record { Ok(()) } else { Err(DisputeError::RecordUnproven) }
    }
}
