//! What nodes compute, a file for each family.
//!
//! Most nodes compute any range of rows by themselves ([`Rows`]); a product with weights takes the rows of a whole batch at
//! once, and a product of two tensors those of groups.

mod affine;
mod binary;
mod call;
mod dot;
mod entry;
mod maps;
mod ranks;
mod sums;
mod unary;

pub use affine::Affine;
pub use call::{Call, Lines};
pub use dot::Dot;

use modchains_core::provable::{Binary, Input, Map, Node, Op, Reduce, Second, Unary, Weights};

use self::binary::Operand;
use crate::{error::ExecutorError, statistics::Statistics, weights};

/// A node as it is computed.
pub enum Kernel {
    /// Range by range.
    Rows(Rows),
    /// All rows of a batch at once.
    Affine(Affine),
    /// Group by group.
    Dot(Dot),
}

/// Nodes that compute any range of rows by themselves.
pub enum Rows {
    /// The request.
    Input(Input),
    /// Rows of a table, as words.
    Embedding(Vec<u32>),
    /// Elements in another place.
    Map(Map),
    /// A function of one element.
    Unary(Unary),
    /// A function of two elements.
    Binary(Binary, Operand),
    /// A function of a row.
    Reduce(Reduce),
}

impl Kernel {
    /// Prepares a node of a checked graph, of index `index`. What it is and its weights do not depend on the size of the
    /// request, for which `node` is.
    ///
    /// # Errors
    /// When weights are missing or are no values.
    pub fn new(index: u32, node: &Node, weights: &impl Weights) -> Result<Self, ExecutorError> {
        let words = || Ok::<_, ExecutorError>(weights::words(node, &weights::rows(index, node, weights)?));
        Ok(Self::Rows(match node.op {
            Op::Input(input) => Rows::Input(input),
            Op::Map(map) => Rows::Map(map),
            Op::Embedding { .. } => Rows::Embedding(words()?),
            Op::Unary(function) => Rows::Unary(function),
            Op::Binary(function, Second::Input) => Rows::Binary(function, Operand::Input),
            Op::Binary(function, Second::Weights { .. }) => Rows::Binary(function, Operand::Weights(words()?)),
            Op::Binary(function, Second::Constant(word)) => Rows::Binary(function, Operand::Constant(word)),
            Op::Reduce(Reduce::Affine) => return Ok(Self::Affine(Affine::new(index, node, weights)?)),
            Op::Reduce(Reduce::Dot { groups }) => return Ok(Self::Dot(Dot::new(groups, node.operand().kind))),
            Op::Reduce(function) => Rows::Reduce(function),
        }))
    }
}

impl Rows {
    /// Whether a row is computed from the same row of the inputs, or from the only one.
    pub const fn is_by_row(&self) -> bool {
        matches!(self, Self::Unary(_) | Self::Binary(..) | Self::Reduce(_))
    }

    /// Computes a range of rows.
    pub fn compute(&self, call: &Call<'_>, out: &mut [u32], statistics: &mut Statistics) {
        match self {
            Self::Input(input) => entry::input(input, call, out),
            Self::Embedding(table) => entry::embedding(table, call, out),
            Self::Map(map) => maps::map(map, call, out),
            Self::Unary(function) => unary::unary(function, call, out, statistics),
            Self::Binary(function, operand) => binary::binary(*function, operand, call, out),
            Self::Reduce(Reduce::Max) => ranks::max(call, out),
            Self::Reduce(Reduce::TopK { .. }) => ranks::top(call, out),
            Self::Reduce(function) => sums::sums(*function, call, out, statistics),
        }
    }
}
