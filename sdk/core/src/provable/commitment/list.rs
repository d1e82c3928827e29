//! Rows as lists of pieces.

use super::domain::{END, LINK, PIECE};
use crate::hash::{Hash, Sha256};

/// Bytes of a piece: 96 elements of four bytes or 384 of one. With its proof it fits every transaction.
pub const PIECE_BYTES: usize = 384;

/// One piece, by its bytes.
pub fn piece(sha256: impl Sha256, bytes: &[u8]) -> Hash {
    sha256(&[&[PIECE], bytes])
}

/// What follows the last piece of a row: the number of its elements, and its bias or zeros.
pub fn end(sha256: impl Sha256, elements: u32, bias: [u8; 4]) -> Hash {
    sha256(&[&[END], &elements.to_le_bytes(), &bias])
}

/// A piece and all that follows it.
pub fn link(sha256: impl Sha256, piece: &Hash, next: &Hash) -> Hash {
    sha256(&[&[LINK], piece, next])
}

/// A row by the hashes of its pieces and its end.
pub fn row_of_pieces(sha256: impl Sha256, pieces: &[Hash], end: Hash) -> Hash {
    pieces.iter().rev().fold(end, |next, piece| link(&sha256, piece, &next))
}

/// A row by its bytes, the number of its elements and its bias.
pub fn row(sha256: impl Sha256, bytes: &[u8], elements: u32, bias: [u8; 4]) -> Hash {
    let last = end(&sha256, elements, bias);
    bytes.chunks(PIECE_BYTES).rev().fold(last, |next, bytes| link(&sha256, &piece(&sha256, bytes), &next))
}
