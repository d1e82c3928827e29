//! `weights.safetensors`: one tensor of rows for each set of weights, and one of biases beside those that have some.

use std::{collections::BTreeSet, ops::Range};

use modchains_core::provable::{ElementKind, Op, Reduce, Tensor};
use safetensors::{
    SafeTensors,
    tensor::{Dtype, Metadata, TensorInfo},
};

use super::header::{self, LENGTH_BYTES};
use crate::bundle::GraphError;

/// Where a node's weights lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeWeights {
    pub name: String,
    pub tensor: Tensor,
    pub elements: Range<usize>,
    pub biases: Option<Range<usize>>,
}

/// The weights of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightTensor<'a> {
    /// Its name in `weights.safetensors`.
    pub name: &'a str,
    /// Kind and dimensions.
    pub tensor: Tensor,
    /// The elements, little-endian, row by row.
    pub elements: &'a [u8],
    /// The bias of each row, four bytes in little-endian order: a value beside values, an integer beside integers.
    pub biases: Option<&'a [u8]>,
}

/// The tensors of a file, and which of them were asked for.
pub(super) struct Tensors {
    metadata: Metadata,
    /// Where their bytes begin.
    start: usize,
    taken: BTreeSet<String>,
}

impl Tensors {
    pub fn read(file: &[u8]) -> Result<Self, GraphError> {
        let refuse = |message: String| GraphError::malformed(format!("weights.safetensors: {message}"));
        header::require_distinct_names(file).map_err(refuse)?;
        let (header, metadata) = SafeTensors::read_metadata(file).map_err(|error| refuse(error.to_string()))?;
        Ok(Self { metadata, start: LENGTH_BYTES.saturating_add(header), taken: BTreeSet::new() })
    }

    /// The weights of that name, which must be `tensor`.
    pub fn take(&mut self, name: &str, tensor: Tensor, op: Op) -> Result<NodeWeights, GraphError> {
        let elements = self.find(name, dtype(tensor.kind), &[tensor.rows, tensor.columns])?;
        let biases = match op {
            Op::Reduce(Reduce::Affine) => {
                let of_bias = if tensor.kind == ElementKind::Float { Dtype::F32 } else { Dtype::I32 };
                Some(self.find(&bias_name(name), of_bias, &[tensor.rows])?)
            }
            _ => None,
        };
        Ok(NodeWeights { name: name.to_owned(), tensor, elements, biases })
    }

    fn find(&mut self, name: &str, dtype: Dtype, sides: &[u32]) -> Result<Range<usize>, GraphError> {
        let shape: Vec<usize> = sides.iter().map(|side| *side as usize).collect();
        let found = self.metadata.info(name);
        let Some(TensorInfo { dtype: actual, shape: found, data_offsets: (from, to) }) = found else {
            return Err(GraphError::tensor(name, format!("is missing, expected {dtype:?} {shape:?}")));
        };
        if (*actual, found) != (dtype, &shape) {
            // A shape has as many sides as its author likes.
            let sides = &found[..found.len().min(4)];
            return Err(GraphError::tensor(name, format!("is {actual:?} {sides:?}, expected {dtype:?} {shape:?}")));
        }
        self.taken.insert(name.to_owned());
        Ok(self.start.saturating_add(*from)..self.start.saturating_add(*to))
    }

    /// Refuses a file with a tensor that no node asked for.
    pub fn require_all_taken(&self) -> Result<(), GraphError> {
        match self.metadata.offset_keys().into_iter().find(|name| !self.taken.contains(name)) {
            Some(name) => Err(GraphError::tensor(&name, "belongs to no node; leave it out")),
            None => Ok(()),
        }
    }
}

/// The type of the elements of a kind.
pub(super) const fn dtype(kind: ElementKind) -> Dtype {
    match kind {
        ElementKind::Float => Dtype::F32,
        ElementKind::Int8 => Dtype::I8,
        ElementKind::Int32 => Dtype::I32,
    }
}

/// The tensor that holds the biases beside weights.
pub(super) fn bias_name(name: &str) -> String {
    format!("{name}.bias")
}
