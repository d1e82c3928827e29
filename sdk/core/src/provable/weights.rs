//! Rows of weights.

use super::{
    commitment::{Frontier, row},
    element::ElementKind,
    node::Node,
    op::{Op, Reduce, Second},
    tensor::Tensor,
};
use crate::hash::{Hash, Sha256};

/// A row of weights with its bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightRow<'a> {
    /// The elements, little-endian.
    pub bytes: &'a [u8],
    /// The bias, little-endian; zero where there is none.
    pub bias: [u8; 4],
}

/// Where the weights of a graph lie.
pub trait Weights {
    /// One row of a node's weights; none when there is no such row.
    fn row(&self, node: u32, row: u32) -> Option<WeightRow<'_>>;
}

/// What is wrong with weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightProblem {
    /// A row is missing or has another length.
    Length {
        /// The row.
        row: u32,
    },
    /// A row or its bias holds an infinity, no number, or the negative zero; or there is a bias where none belongs.
    Value {
        /// The row.
        row: u32,
    },
    /// They are not what the record commits to.
    Root,
}

impl Node {
    /// The tensor of its weights; none when it has none.
    pub fn weights(&self) -> Option<Tensor> {
        let Tensor { kind, columns, .. } = self.output;
        match self.op {
            Op::Embedding { rows } => Some(Tensor { kind, rows, columns }),
            Op::Binary(_, Second::Weights { rows }) => Some(Tensor { kind, rows, columns }),
            Op::Reduce(Reduce::Affine) => {
                let operand = self.operand();
                Some(Tensor { kind: operand.kind, rows: columns, columns: operand.columns })
            }
            _ => None,
        }
    }

    /// The root that the record of this node, which is number `index`, must have for these weights. Zero without weights.
    ///
    /// # Errors
    /// When a row is missing, has another length, or holds what is no value.
    pub fn weights_root(&self, sha256: impl Sha256, index: u32, weights: &impl Weights) -> Result<Hash, WeightProblem> {
        let Some(tensor) = self.weights() else { return Ok(Hash::default()) };
        let has_bias = matches!(self.op, Op::Reduce(Reduce::Affine));
        let len = u64::from(tensor.columns).saturating_mul(tensor.kind.bytes() as u64);
        let mut tree = Frontier::default();
        for number in 0..tensor.rows {
            let of_row = weights.row(index, number).filter(|of_row| of_row.bytes.len() as u64 == len);
            let WeightRow { bytes, bias } = of_row.ok_or(WeightProblem::Length { row: number })?;
            let is_bias = if has_bias { is_bias(tensor.kind, bias) } else { bias == [0; 4] };
            if !is_bias || !is_row(tensor.kind, bytes) {
                return Err(WeightProblem::Value { row: number });
            }
            tree.push(&sha256, row(&sha256, bytes, tensor.columns, bias));
        }
        Ok(tree.root(&sha256))
    }
}

/// The largest size that a partial sum of 8-bit integers times a row of 8-bit weights can reach, in whatever order, its bias
/// included. Below `2^24` binary32 kernels are exact, below `2^53`, which it always is in a checked graph, doubles.
pub fn int8_sum_bound(row: WeightRow<'_>) -> i64 {
    let size: i64 = row.bytes.iter().map(|weight| i64::from(weight.cast_signed()).abs()).sum();
    // arith-safety: a slice has fewer than 2^48 bytes, each below 2^8 in size.
    size * 128 + i64::from(i32::from_le_bytes(row.bias)).abs()
}

/// Whether bytes are elements of a kind. A judge asks this of every piece of weights that it is shown: a row that is none
/// convicts whoever answered from it.
pub fn is_row(kind: ElementKind, bytes: &[u8]) -> bool {
    kind != ElementKind::Float || bytes.as_chunks::<4>().0.iter().all(|word| kind.holds(u32::from_le_bytes(*word)))
}

/// Whether the end of a row of weights of a kind holds a bias: a value of values, any integer of 8-bit integers.
pub fn is_bias(kind: ElementKind, bias: [u8; 4]) -> bool {
    is_row(kind, &bias)
}
