//! Integer graphs out of a bundle. What they are, when they are exact and how they hash is the core's.

use std::collections::BTreeSet;

use modchains_core::graph::{self, Geometry, Requantise};
use safetensors::tensor::{Dtype, SafeTensors};

use super::{GraphError, GraphFile, InputSpec, LAYER_FORMAT};
use crate::hash::sha256;

/// One checked layer with its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Name of the layer.
    pub name: String,
    /// Dimensions.
    pub geometry: Geometry,
    /// Row-major weights, 8-bit integers in two's complement, `rows * row_len`.
    pub weights: Vec<u8>,
    /// One bias per row.
    pub bias: Vec<i32>,
    /// How sums become activations; `None` in the last layer.
    pub requantise: Option<Requantise>,
}

/// A checked graph that owns its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerGraph {
    /// Layers in order, at least one.
    pub layers: Vec<Layer>,
    /// Values in an input.
    pub input_len: usize,
    /// Largest input value.
    pub input_max: u8,
}

impl LayerGraph {
    /// Parses and checks `graph.json` and `weights.safetensors` for a model with this input.
    ///
    /// # Errors
    /// [`GraphError`] naming the layer and the rule it breaks.
    pub fn load(structure: &[u8], weights: &[u8], input: &InputSpec) -> Result<Self, GraphError> {
        let malformed = |message: String| GraphError::Malformed { message };
        let file: GraphFile = serde_json::from_slice(structure).map_err(|e| malformed(e.to_string()))?;
        if file.format != LAYER_FORMAT {
            return Err(malformed(format!("format {}, this program reads {LAYER_FORMAT}", file.format)));
        }
        let tensors = SafeTensors::deserialize(weights).map_err(|e| malformed(format!("weights: {e}")))?;
        require_names(&file, &tensors)?;
        let layers = file.layers.into_iter().map(|spec| {
            let named = |problem| GraphError::Layer { layer: spec.name.clone(), problem };
            let geometry = Geometry::of(spec.op).map_err(named)?;
            Ok(Layer {
                weights: read_weights(&tensors, &spec.name, &geometry)?,
                bias: read_bias(&tensors, &spec.name, &geometry)?,
                name: spec.name,
                geometry,
                requantise: spec.requantise,
            })
        });
        let graph = Self {
            layers: layers.collect::<Result<_, GraphError>>()?,
            input_len: input.bytes as usize,
            input_max: input.max.and_then(|max| u8::try_from(max).ok()).unwrap_or(u8::MAX),
        };
        graph.with(|_| ())?;
        Ok(graph)
    }

    /// Checks the graph and calls `look` with it, in the form that the core's functions take.
    ///
    /// # Errors
    /// The rule that it breaks; none when it was loaded and not changed since.
    pub fn with<T>(&self, look: impl FnOnce(&graph::Graph<'_>) -> T) -> Result<T, GraphError> {
        let layers: Vec<graph::Layer<'_>> = self.layers.iter().map(Layer::borrowed).collect();
        let checked = graph::Graph::new(&layers, self.input_len, self.input_max);
        checked.map(|graph| look(&graph)).map_err(|error| self.named(error))
    }

    /// The root that stands for the graph on chain.
    ///
    /// # Errors
    /// As [`Self::with`].
    pub fn root(&self) -> Result<[u8; 32], GraphError> {
        let root = self.with(|graph| graph.root(sha256, &mut vec![[0; 32]; graph.hashes_max()]))?;
        root.map_err(|error| self.named(error))
    }

    /// Refuses a graph that gives another number of values than the output rule has labels.
    ///
    /// # Errors
    /// [`GraphError::Tensor`] naming the last layer.
    pub fn require_outputs(&self, labels: usize) -> Result<(), GraphError> {
        match self.layers.last() {
            Some(last) if last.geometry.output_len() != labels => Err(GraphError::Tensor {
                layer: last.name.clone(),
                problem: format!("gives {} values, the output rule has {labels} labels", last.geometry.output_len()),
            }),
            _ => Ok(()),
        }
    }

    fn named(&self, error: graph::GraphError) -> GraphError {
        match error {
            graph::GraphError::Layer { index, problem } => {
                let layer = self.layers.get(index).map(|layer| layer.name.clone()).unwrap_or_default();
                GraphError::Layer { layer, problem }
            }
            other => GraphError::LayerGraph(other),
        }
    }
}

impl Layer {
    fn borrowed(&self) -> graph::Layer<'_> {
        let Self { geometry, weights, bias, requantise, .. } = self;
        graph::Layer { geometry: *geometry, weights, bias, requantise: *requantise }
    }
}

/// Every layer has its own name, and the weights hold exactly the tensors of the layers.
fn require_names(file: &GraphFile, tensors: &SafeTensors<'_>) -> Result<(), GraphError> {
    let expected: BTreeSet<String> = file
        .layers
        .iter()
        .flat_map(|layer| [format!("{}.weight", layer.name), format!("{}.bias", layer.name)])
        .collect();
    let actual: BTreeSet<String> = tensors.names().into_iter().map(ToOwned::to_owned).collect();
    if expected == actual && expected.len() == 2 * file.layers.len() {
        return Ok(());
    }
    Err(GraphError::Malformed { message: format!("weights: tensors {actual:?}, the layers need {expected:?}") })
}

fn read_weights(tensors: &SafeTensors<'_>, layer: &str, geometry: &Geometry) -> Result<Vec<u8>, GraphError> {
    let shape = [geometry.rows, geometry.row_len];
    Ok(read_tensor(tensors, layer, "weight", Dtype::I8, &shape)?.to_vec())
}

fn read_bias(tensors: &SafeTensors<'_>, layer: &str, geometry: &Geometry) -> Result<Vec<i32>, GraphError> {
    let bytes = read_tensor(tensors, layer, "bias", Dtype::I32, &[geometry.rows])?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|chunk| i32::from_le_bytes(*chunk)).collect())
}

fn read_tensor<'data>(
    tensors: &SafeTensors<'data>,
    layer: &str,
    part: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'data [u8], GraphError> {
    let problem = |problem: String| GraphError::Tensor { layer: layer.to_owned(), problem };
    let view = tensors.tensor(&format!("{layer}.{part}")).map_err(|error| problem(error.to_string()))?;
    if view.dtype() != dtype || view.shape() != shape {
        let actual = (view.dtype(), view.shape());
        return Err(problem(format!("{part} is {actual:?}, expected {:?}", (dtype, shape))));
    }
    Ok(view.data())
}
