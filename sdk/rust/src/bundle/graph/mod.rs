//! The graph of a provable model: `graph.json` and `weights.safetensors`.
//!
//! `graph.json` lists the nodes with their operations, shapes and the names of their weights; nothing in it says what they
//! hash to. A record's root of weights comes from the tensors, and the root over the records is what the manifest and the
//! chain name. What the core refuses of a record is refused here by the same function.

mod cost;
mod factor;
mod header;
mod node;
mod parse;
mod tensors;
mod write;

use std::{ops::Range, path::Path};

use modchains_core::{
    numeric_class::NumericClass,
    provable::{Graph, Record, Tensor, WeightProblem, WeightRow, Weights, check::NODES_MAX},
};
use serde::{Deserialize, Deserializer, de::Error};

use self::{
    node::NodeFile,
    parse::AtMost,
    tensors::{NodeWeights, Tensors},
};
use super::{BundleError, BundleLimits, GRAPH_FILE, GraphError, WEIGHTS_FILE, files};
use crate::hash::sha256;

pub use cost::GraphCost;
pub use factor::requantise_by_factor;
pub use tensors::WeightTensor;
pub use write::{GraphFiles, NamedWeights, NodeDraft, write_graph};

/// Version of the graph format this crate reads and writes.
pub const GRAPH_FORMAT: u32 = 2;
/// Largest `graph.json`, in bytes: a kilobyte for each of the most nodes there can be.
pub const GRAPH_BYTES_MAX: usize = (NODES_MAX as usize) << 10;

/// `graph.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GraphFile {
    #[serde(deserialize_with = "known_format", rename = "format")]
    _format: u32,
    nodes: AtMost<NodeFile, { NODES_MAX as usize }>,
}

fn known_format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        GRAPH_FORMAT => Ok(GRAPH_FORMAT),
        other => Err(D::Error::custom(format_args!("format {other}, this program reads {GRAPH_FORMAT}"))),
    }
}

/// A checked graph with its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelGraph {
    records: Vec<Record>,
    weights: Vec<Option<NodeWeights>>,
    /// `weights.safetensors`, in which the weights lie.
    data: Vec<u8>,
    root: [u8; 32],
}

impl ModelGraph {
    /// Reads and checks `graph.json` and `weights.safetensors`.
    ///
    /// # Errors
    /// [`GraphError`] naming the node or tensor and the rule that it breaks.
    pub fn load(structure: &[u8], weights: Vec<u8>) -> Result<Self, GraphError> {
        let (mut records, names) = read_nodes(structure)?;
        let mut tensors = Tensors::read(&weights)?;
        let graph = Graph::new(&records)?;
        let parts = names.iter().enumerate().map(|(index, name)| {
            let Some(name) = name else { return Ok(None) };
            let of_node = graph.node(index as u32, graph.summary().sizes.max).and_then(|node| node.weights());
            let tensor = of_node.ok_or_else(|| GraphError::node(index, "has weights that cannot be counted"))?;
            tensors.take(name, tensor, records[index].op).map(Some)
        });
        let parts = parts.collect::<Result<_, GraphError>>()?;
        tensors.require_all_taken()?;
        let mut loaded = Self { records: Vec::new(), weights: parts, data: weights, root: [0; 32] };
        let roots = loaded.weights_roots(&graph)?;
        for (record, root) in records.iter_mut().zip(roots) {
            record.weights = root;
        }
        loaded.root = Graph::new(&records)?.root(sha256);
        loaded.records = records;
        Ok(loaded)
    }

    /// Reads both files in a folder, whether or not there is a manifest beside them.
    ///
    /// # Errors
    /// Refuses links, files above `limits`, and as [`Self::load`] does.
    pub fn open(dir: &Path, limits: BundleLimits) -> Result<Self, BundleError> {
        let structure = files::read_bounded(dir, GRAPH_FILE, limits.file_bytes.min(GRAPH_BYTES_MAX as u64))?;
        Ok(Self::load(&structure, files::read_bounded(dir, WEIGHTS_FILE, limits.file_bytes)?)?)
    }

    /// What the weights of every node hash to.
    fn weights_roots(&self, graph: &Graph<'_>) -> Result<Vec<Option<[u8; 32]>>, GraphError> {
        let roots = self.weights.iter().enumerate().map(|(index, of_node)| {
            let Some(of_node) = of_node else { return Ok(None) };
            let index = index as u32;
            let Some(node) = graph.node(index, graph.summary().sizes.max) else { return Ok(None) };
            let root = node.weights_root(sha256, index, self);
            root.map(Some).map_err(|problem| GraphError::tensor(&of_node.name, weight_problem(problem)))
        });
        roots.collect()
    }

    /// The graph in the form that the core's functions take.
    ///
    /// # Panics
    /// Never: it was checked when it was loaded.
    #[must_use]
    pub fn graph(&self) -> Graph<'_> {
        // unwrap-safety: the same records were checked when they were loaded, and nothing has changed them since.
        #[allow(clippy::expect_used)]
        Graph::new(&self.records).expect("a loaded graph is a checked one")
    }

    /// The nodes in order.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The root that stands for the graph on chain.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.root
    }

    /// The class of its results: exact when all elements of all nodes are integers, rounded otherwise.
    #[must_use]
    pub fn numeric_class(&self) -> NumericClass {
        if self.graph().summary().is_exact { NumericClass::Exact } else { NumericClass::Rounded }
    }

    /// The weights of a node; none when it has none.
    #[must_use]
    pub fn weights(&self, node: u32) -> Option<WeightTensor<'_>> {
        let of_node = self.weights.get(node as usize)?.as_ref()?;
        let bytes = |range: &Range<usize>| self.data.get(range.clone()).unwrap_or_default();
        Some(WeightTensor {
            name: &of_node.name,
            tensor: of_node.tensor,
            elements: bytes(&of_node.elements),
            biases: of_node.biases.as_ref().map(bytes),
        })
    }
}

impl Weights for ModelGraph {
    fn row(&self, node: u32, row: u32) -> Option<WeightRow<'_>> {
        let WeightTensor { tensor: Tensor { kind, columns, .. }, elements, biases, .. } = self.weights(node)?;
        let bytes = elements.chunks_exact((columns as usize).checked_mul(kind.bytes())?.max(1)).nth(row as usize)?;
        let bias = match biases {
            Some(biases) => *biases.as_chunks::<4>().0.get(row as usize)?,
            None => [0; 4],
        };
        Some(WeightRow { bytes, bias })
    }
}

/// The nodes, in which roots of weights are still open, and the names of their weights.
fn read_nodes(structure: &[u8]) -> Result<(Vec<Record>, Vec<Option<String>>), GraphError> {
    if structure.len() > GRAPH_BYTES_MAX {
        let problem = format!("{} bytes, at most {GRAPH_BYTES_MAX} are read", structure.len());
        return Err(GraphError::malformed(problem));
    }
    let file: GraphFile =
        serde_json::from_slice(structure).map_err(|error| GraphError::malformed(error.to_string()))?;
    let AtMost(nodes) = file.nodes;
    let nodes = nodes.into_iter().enumerate();
    nodes.map(|(index, node)| node.into_record().map_err(|problem| GraphError::node(index, problem))).collect()
}

fn weight_problem(problem: WeightProblem) -> String {
    match problem {
        WeightProblem::Length { row } => format!("row {row} is missing or has another length"),
        WeightProblem::Value { row } => {
            format!(
                "row {row} or its bias holds an infinity, what is no number, or the negative zero; write 0 for that"
            )
        }
        WeightProblem::Root => "the rows hash to another root".to_owned(),
    }
}
