//! One element from its evidence.
//!
//! The evidence comes in pieces, in the order in which rows are lists; whoever brings it has proven each piece against the
//! commitments. What the judge keeps between two pieces is 76 bytes, and it never sees more than one piece of each operand.

use core::fmt;

use super::{
    element::ElementKind,
    evaluate,
    node::{Line, Node, Reads},
    op::Op,
    reduce::Reduction,
    tensor::Tensor,
};
use crate::rounded::{Buckets, Wide};

/// Why evidence is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceError {
    /// The element is computed from single elements, or from rows, and the other was shown.
    Unexpected,
    /// The row is lined up in pieces of another length.
    Length {
        /// Elements in the next piece.
        expected: u32,
        /// Elements shown.
        actual: usize,
    },
    /// The row is not complete.
    Incomplete {
        /// Elements that are missing.
        missing: u32,
    },
}

/// An element of a node's output on its way to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judge {
    node: Node,
    column: u32,
    reads: Reads,
    reduction: Option<Reduction>,
    taken: u32,
}

impl Judge {
    /// Before any evidence for the element at `row` and `column`; none outside the output.
    pub fn new(node: &Node, row: u32, column: u32) -> Option<Self> {
        Self::resume(node, row, column, Wide::ZERO, 0)
    }

    /// After `taken` elements of its rows, with the state that they left.
    pub fn resume(node: &Node, row: u32, column: u32, state: Wide, taken: u32) -> Option<Self> {
        let reduction = match node.op {
            Op::Reduce(function) => Some(Reduction::resume(function, node.operand().kind, state)),
            _ => None,
        };
        Some(Self { node: *node, column, reads: node.reads(row, column)?, reduction, taken })
    }

    /// What the element is computed from.
    pub const fn reads(&self) -> Reads {
        self.reads
    }

    /// What to keep until the next piece: the state, and how many elements were taken.
    pub fn state(&self) -> (Wide, u32) {
        (self.reduction.map_or(Wide::ZERO, |reduction| *reduction.state()), self.taken)
    }

    /// Elements in the next piece of each row: 96 or, of 8-bit integers, 384, and the rest at the end.
    pub fn next_len(&self) -> u32 {
        if self.reduction.is_none() {
            return 0;
        }
        let Tensor { kind, columns, .. } = self.node.operand();
        columns.saturating_sub(self.taken).min(kind.per_piece() as u32)
    }

    /// Takes the next piece of the row or rows, as words; `second` is empty when there is one row. The buckets are empty and are
    /// left so.
    ///
    /// # Errors
    /// When the element is not computed from rows, and when the pieces have another length.
    pub fn push(&mut self, buckets: &mut Buckets, first: &[u32], second: &[u32]) -> Result<(), EvidenceError> {
        let len = self.expect([first.len(), second.len()])?;
        if let Some(reduction) = &mut self.reduction {
            reduction.push(buckets, first, second);
        }
        self.taken = self.taken.saturating_add(len);
        Ok(())
    }

    /// [`Self::push`] for rows of 8-bit integers, as bytes, of which sums of products are made.
    ///
    /// # Errors
    /// As there, and when the rows are not such rows.
    pub fn push_int8(&mut self, first: &[u8], second: &[u8]) -> Result<(), EvidenceError> {
        if self.node.operand().kind != ElementKind::Int8 || !matches!(self.reads, Reads::Rows(..)) {
            return Err(EvidenceError::Unexpected);
        }
        let len = self.expect([first.len(), second.len()])?;
        if let Some(reduction) = &mut self.reduction {
            reduction.push_int8(first, second);
        }
        self.taken = self.taken.saturating_add(len);
        Ok(())
    }

    fn expect(&self, actual: [usize; 2]) -> Result<u32, EvidenceError> {
        let expected = self.next_len();
        let lens = match self.reads {
            Reads::Rows(..) => [expected; 2],
            Reads::Row(_) => [expected, 0],
            _ => return Err(EvidenceError::Unexpected),
        };
        for (expected, actual) in lens.into_iter().zip(actual) {
            if actual != expected as usize {
                return Err(EvidenceError::Length { expected, actual });
            }
        }
        Ok(expected)
    }

    /// The element, when its rows are complete. `bias` is the word at the end of the row of weights, zero without one.
    ///
    /// # Errors
    /// When it is not computed from rows, and when elements are missing.
    pub fn value_of_rows(&self, bias: u32) -> Result<u32, EvidenceError> {
        let reduction = self.reduction.as_ref().ok_or(EvidenceError::Unexpected)?;
        let columns = self.node.operand().columns;
        match columns.saturating_sub(self.taken) {
            0 => {
                let has_bias = matches!(self.reads, Reads::Rows(_, Line::Weights { .. }));
                Ok(reduction.finish(columns, if has_bias { bias } else { 0 }, self.column))
            }
            missing => Err(EvidenceError::Incomplete { missing }),
        }
    }

    /// The element, from the elements that it is computed from; the second is left out of a function of one. Of a lookup the
    /// first is the index and the second what lies in the table's row of that index.
    ///
    /// # Errors
    /// When it is computed from rows or from the request.
    pub fn value_of_elements(&self, first: u32, second: u32) -> Result<u32, EvidenceError> {
        match (self.node.op, self.reads) {
            (Op::Map(_), Reads::Copy(_)) => Ok(first),
            (Op::Embedding { .. }, Reads::Lookup { .. }) => Ok(second),
            (Op::Unary(function), _) => Ok(evaluate::unary(&function, self.node.operand().kind, first)),
            (Op::Binary(function, _), _) => Ok(evaluate::binary(function, self.node.output.kind, first, second)),
            _ => Err(EvidenceError::Unexpected),
        }
    }

    /// The element, from the bytes at its place in the request, zeros after them.
    ///
    /// # Errors
    /// When the node is not the input.
    pub fn value_of_request(&self, bytes: [u8; 4]) -> Result<u32, EvidenceError> {
        match self.node.op {
            Op::Input(input) => Ok(evaluate::input(&input, bytes)),
            _ => Err(EvidenceError::Unexpected),
        }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected => formatter.write_str("the element is not computed from this"),
            Self::Length { expected, actual } => write!(formatter, "{actual} elements in a piece, expected {expected}"),
            Self::Incomplete { missing } => write!(formatter, "{missing} elements of the row are missing"),
        }
    }
}

impl core::error::Error for EvidenceError {}
