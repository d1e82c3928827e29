//! Elements of tensors, and how they lie in pieces.

use super::commitment::PIECE_BYTES;
use crate::rounded;

/// What the elements of a tensor are. In memory each is a word of 32 bits: a pattern, or an integer in two's complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum ElementKind {
    /// A correctly rounded binary32 value, four bytes.
    Float,
    /// An 8-bit integer, one byte.
    Int8,
    /// A 32-bit integer, four bytes.
    Int32,
}

impl ElementKind {
    /// Its number in a record.
    pub const fn code(self) -> u8 {
        match self {
            Self::Float => 0,
            Self::Int8 => 1,
            Self::Int32 => 2,
        }
    }

    /// By its number in a record.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Float),
            1 => Some(Self::Int8),
            2 => Some(Self::Int32),
            _ => None,
        }
    }

    /// Bytes of an element.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Int8 => 1,
            Self::Float | Self::Int32 => 4,
        }
    }

    /// Elements in a full piece.
    pub const fn per_piece(self) -> usize {
        PIECE_BYTES / self.bytes()
    }

    /// Pieces in a row of `columns` elements.
    pub const fn pieces(self, columns: u32) -> u32 {
        columns.div_ceil(self.per_piece() as u32)
    }

    /// Whether a word is an element of this kind.
    pub const fn holds(self, word: u32) -> bool {
        match self {
            Self::Float => rounded::is_value(word),
            Self::Int8 => word.cast_signed() as i8 as i32 == word.cast_signed(),
            Self::Int32 => true,
        }
    }

    /// Writes words as bytes and returns how many bytes that are; as many words as there is room for.
    pub fn encode(self, words: &[u32], bytes: &mut [u8]) -> usize {
        let mut len = 0;
        for (word, place) in words.iter().zip(bytes.chunks_exact_mut(self.bytes())) {
            place.copy_from_slice(&word.to_le_bytes()[..self.bytes()]);
            len += place.len();
        }
        len
    }

    /// The word at a place in bytes; 0 after their end.
    pub fn word(self, bytes: &[u8], index: usize) -> u32 {
        let start = index.saturating_mul(self.bytes());
        let at = |place: usize| start.checked_add(place).and_then(|place| bytes.get(place)).copied().unwrap_or(0);
        match self {
            Self::Int8 => i32::from(at(0).cast_signed()).cast_unsigned(),
            Self::Float | Self::Int32 => u32::from_le_bytes([at(0), at(1), at(2), at(3)]),
        }
    }

    /// Reads bytes as words, as many as there is room for, and returns how many that are.
    pub fn decode(self, bytes: &[u8], words: &mut [u32]) -> usize {
        let count = words.len().min(bytes.len() / self.bytes());
        for (index, word) in words.iter_mut().take(count).enumerate() {
            *word = self.word(bytes, index);
        }
        count
    }
}
