//! The shape of a tensor for every input.

use super::{element::ElementKind, record::Record, size::Size};

/// A tensor's kind and its dimensions for every input: what a check keeps of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Shape {
    /// What its elements are.
    pub kind: ElementKind,
    /// Rows.
    pub rows: Size,
    /// Columns.
    pub columns: Size,
}

impl Shape {
    /// Of a node's output.
    pub const fn of(record: &Record) -> Self {
        Self { kind: record.kind, rows: record.rows, columns: record.columns }
    }
}
