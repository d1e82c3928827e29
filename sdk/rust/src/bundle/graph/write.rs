//! Writing a graph: the same rules as reading, so that what was written loads.

use std::collections::BTreeMap;

use modchains_core::provable::{ElementKind, Graph, Record, Tensor};
use safetensors::tensor::{Dtype, TensorView};

use super::{
    GRAPH_FORMAT, ModelGraph,
    node::{NOT_READ, NodeFile},
    tensors::{bias_name, dtype},
};
use crate::bundle::GraphError;

/// A node with its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeDraft {
    /// The node; whatever it says of the root of its weights is not looked at.
    pub record: Record,
    /// Its weights, if it has some.
    pub weights: Option<NamedWeights>,
}

/// Weights by name. Nodes that name the same ones share them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedWeights {
    /// Name of their tensor; that of the biases has `.bias` behind it.
    pub name: String,
    /// The elements, little-endian, row by row.
    pub elements: Vec<u8>,
    /// The bias of each row of an affine node: four bytes each, little-endian.
    pub biases: Option<Vec<u8>>,
}

/// A graph and the files that it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphFiles {
    /// `graph.json`.
    pub structure: Vec<u8>,
    /// `weights.safetensors`.
    pub weights: Vec<u8>,
    /// What they hold.
    pub graph: ModelGraph,
}

/// Writes both files of a graph and reads them again.
///
/// # Errors
/// Any reason that [`ModelGraph::load`] has to refuse the result, and two sets of weights of the same name.
pub fn write_graph(nodes: &[NodeDraft]) -> Result<GraphFiles, GraphError> {
    let records: Vec<Record> =
        nodes.iter().map(|node| Record { weights: node.weights.as_ref().map(|_| NOT_READ), ..node.record }).collect();
    let graph = Graph::new(&records)?;
    let mut parts: BTreeMap<String, (Dtype, Vec<usize>, &[u8])> = BTreeMap::new();
    let mut add = |name: String, part: (Dtype, Vec<usize>, _)| match parts.insert(name.clone(), part.clone()) {
        Some(other) if other != part => Err(GraphError::tensor(&name, "is the name of two sets of weights")),
        _ => Ok(()),
    };
    for (index, draft) in nodes.iter().enumerate() {
        let of_node = graph.node(index as u32, graph.summary().sizes.max).and_then(|node| node.weights());
        let (Some(Tensor { kind, rows, columns }), Some(weights)) = (of_node, &draft.weights) else { continue };
        let (rows, columns) = (rows as usize, columns as usize);
        add(weights.name.clone(), (dtype(kind), vec![rows, columns], &weights.elements))?;
        if let Some(biases) = &weights.biases {
            let of_bias = if kind == ElementKind::Float { Dtype::F32 } else { Dtype::I32 };
            add(bias_name(&weights.name), (of_bias, vec![rows], biases))?;
        }
    }
    let views = parts.into_iter().map(|(name, (dtype, shape, bytes))| match TensorView::new(dtype, shape, bytes) {
        Ok(view) => Ok((name, view)),
        Err(error) => Err(GraphError::tensor(&name, error.to_string())),
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    let weights = safetensors::serialize(views, None).map_err(|error| GraphError::malformed(error.to_string()))?;
    let structure = structure(nodes)?;
    let graph = ModelGraph::load(&structure, weights.clone())?;
    Ok(GraphFiles { structure, weights, graph })
}

/// `graph.json`, with a line for each node.
fn structure(nodes: &[NodeDraft]) -> Result<Vec<u8>, GraphError> {
    let lines = nodes.iter().map(|node| {
        let name = node.weights.as_ref().map(|weights| weights.name.as_str());
        serde_json::to_string(&NodeFile::of(&node.record, name))
    });
    let lines: Result<Vec<String>, _> = lines.collect();
    let lines = lines.map_err(|error| GraphError::malformed(error.to_string()))?;
    Ok(format!("{{\"format\":{GRAPH_FORMAT},\"nodes\":[\n{}\n]}}\n", lines.join(",\n")).into_bytes())
}
