//! Rows as lists of pieces.

use core::fmt;

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

/// A row on its way, of which nothing is kept but the hash of what is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct RowReader {
    /// The head of the list that is still to come.
    pub head: Hash,
}

/// Why something is no part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowError {
    /// This piece and what is said to follow it are not what comes next.
    Piece,
    /// The row does not end here, or with another number of elements or another bias.
    End,
}

impl RowReader {
    /// Before the first piece of the row whose head was proven.
    pub const fn new(head: Hash) -> Self {
        Self { head }
    }

    /// Takes the next piece, by its bytes; `next` is the head of what follows. Whoever brings a piece brings that with it: a piece
    /// that does not belong here changes nothing, and can be followed by the right one.
    ///
    /// # Errors
    /// When it is not what comes next.
    pub fn take(&mut self, sha256: impl Sha256, bytes: &[u8], next: &Hash) -> Result<(), RowError> {
        let hash = piece(&sha256, bytes);
        self.skip(sha256, &hash, next)
    }

    /// Passes the next piece by its hash alone.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn skip(&mut self, sha256: impl Sha256, piece: &Hash, next: &Hash) -> Result<(), RowError> {
        if link(sha256, piece, next) != self.head {
            return Err(RowError::Piece);
        }
        self.head = *next;
        Ok(())
    }

    /// Checks that the row ends here.
    ///
    /// # Errors
    /// When it goes on, or ends otherwise.
    pub fn finish(&self, sha256: impl Sha256, elements: u32, bias: [u8; 4]) -> Result<(), RowError> {
        if end(sha256, elements, bias) == self.head { Ok(()) } else { Err(RowError::End) }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Piece => "this piece is not what comes next in the row",
            Self::End => "the row does not end here, or ends with other elements or another bias",
        })
    }
}

impl core::error::Error for RowError {}
