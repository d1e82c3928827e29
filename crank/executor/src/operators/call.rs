//! What a range of rows is computed from.

use std::ops::Range;

use modchains_core::provable::{ElementKind, INPUTS_MAX, Node};

/// The rows of an input that are there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lines<'a> {
    /// The words, row by row.
    pub words: &'a [u32],
    /// Number of the first row.
    pub first: usize,
}

impl<'a> Lines<'a> {
    /// Some rows of `columns` words each.
    pub fn rows(&self, rows: &Range<usize>, columns: usize) -> &'a [u32] {
        &self.words[(rows.start - self.first) * columns..(rows.end - self.first) * columns]
    }
}

/// What a range of rows is computed from.
pub struct Call<'a> {
    /// The node, for the size of this request.
    pub node: &'a Node,
    /// The bytes of the request.
    pub request: &'a [u8],
    /// The inputs.
    pub inputs: [Lines<'a>; INPUTS_MAX],
    /// The rows.
    pub rows: Range<usize>,
}

impl Call<'_> {
    /// The same rows of the first input.
    pub fn first(&self) -> &[u32] {
        self.inputs[0].rows(&self.rows, self.node.operand().columns as usize)
    }

    /// Whether the elements of the first input are values.
    pub fn is_float(&self) -> bool {
        self.node.operand().kind == ElementKind::Float
    }

    /// Columns of the output.
    pub fn columns(&self) -> usize {
        self.node.output.columns as usize
    }
}
