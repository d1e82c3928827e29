//! Tensors and what they hash to.

use super::{
    commitment::{self, Frontier, PIECE_BYTES},
    element::ElementKind,
};
use crate::hash::{Hash, Sha256};

/// A tensor's kind and its dimensions for an input of a given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tensor {
    /// What its elements are.
    pub kind: ElementKind,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
}

impl Tensor {
    /// How many elements it has.
    pub fn elements(&self) -> u64 {
        // arith-safety: a product of two 32-bit integers.
        u64::from(self.rows) * u64::from(self.columns)
    }

    /// The head of the list that one of its rows is, given as words.
    pub fn row_hash(&self, sha256: impl Sha256, words: &[u32]) -> Hash {
        let last = commitment::end(&sha256, self.columns, [0; 4]);
        words.chunks(self.kind.per_piece()).rev().fold(last, |next, words| {
            let mut bytes = [0; PIECE_BYTES];
            let len = self.kind.encode(words, &mut bytes);
            commitment::link(&sha256, &commitment::piece(&sha256, &bytes[..len]), &next)
        })
    }

    /// The leaf that its bytes make as the output of a node, with which a program compares a trace's last leaf; none when they
    /// are not as many as it has.
    pub fn leaf_of_bytes(&self, sha256: impl Sha256, node: u32, bytes: &[u8]) -> Option<Hash> {
        if bytes.len() as u64 != self.elements().checked_mul(self.kind.bytes() as u64)? {
            return None;
        }
        let mut tree = Frontier::default();
        for row in bytes.chunks(self.kind.bytes().checked_mul(self.columns as usize)?.max(1)) {
            tree.push(&sha256, commitment::row(&sha256, row, self.columns, [0; 4]));
        }
        Some(commitment::tensor_leaf(&sha256, node, [self.rows, self.columns], &tree.root(&sha256)))
    }
}
