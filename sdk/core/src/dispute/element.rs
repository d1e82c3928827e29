//! What an element is computed from, and what it is then.

use super::{DisputeError, Result};
use crate::{
    hash::Hash,
    provable::{
        ElementKind, EvidenceError, Judge, Line, Node, Op, Place as Source, Reads, Record, Tensor,
        commitment::PIECE_BYTES, evaluate,
    },
    rounded::Buckets,
};

/// An element or a row that an element is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub enum Operand {
    /// Nothing was proven of it.
    Unknown,
    /// The root over the rows of the tensor in which it lies.
    Tensor(Hash),
    /// What is still to come of the row.
    Row {
        /// Its hash.
        rest: Hash,
        /// How many pieces have passed.
        passed: u32,
    },
    /// The element.
    Word(u32),
}

/// The element that a game is about.
pub(super) struct Asked {
    pub record: Record,
    pub node: Node,
    pub judge: Judge,
}

/// Where an operand lies.
pub(super) struct Place {
    /// The row.
    pub line: Line,
    /// The tensor that has this row.
    pub tensor: Tensor,
    /// The column of a single element; none when the whole row is taken.
    pub column: Option<u32>,
}

impl Asked {
    /// Where an operand lies. That of a lookup's second one follows from the first.
    pub fn place(&self, operand: u8, operands: &[Operand; 2]) -> Result<Place> {
        let outside = Err(DisputeError::OperandOutside);
        match (self.judge.reads(), operand) {
            (Reads::Row(line) | Reads::Rows(line, _), 0) | (Reads::Rows(_, line), 1) => self.place_in(line, None),
            (Reads::Copy(source) | Reads::One(source) | Reads::Two(source, _), 0) | (Reads::Two(_, source), 1) => {
                self.place_of(source)
            }
            (Reads::Lookup { index, .. }, 0) => self.place_of(index),
            (Reads::Lookup { column, .. }, 1) => {
                let [Operand::Word(index), _] = *operands else { return Err(DisputeError::OperandUnknown) };
                let table = self.node.weights().ok_or(DisputeError::OperandOutside)?;
                self.place_in(Line::Weights { row: evaluate::table_row(index, table.rows) }, Some(column))
            }
            _ => outside,
        }
    }

    fn place_of(&self, source: Source) -> Result<Place> {
        match source {
            Source::Input { input, row, column } => self.place_in(Line::Input { input, row }, Some(column)),
            Source::Weights { row, column } => self.place_in(Line::Weights { row }, Some(column)),
            Source::Word(_) => Err(DisputeError::OperandOutside),
        }
    }

    fn place_in(&self, line: Line, column: Option<u32>) -> Result<Place> {
        let tensor = match line {
            Line::Input { input, .. } => self.input(input)?.1,
            Line::Weights { .. } => self.node.weights().ok_or(DisputeError::OperandOutside)?,
        };
        Ok(Place { line, tensor, column })
    }

    /// An input of the node: its index in the graph, and its shape.
    pub fn input(&self, input: u8) -> Result<(u32, Tensor)> {
        let index = self.record.inputs().get(usize::from(input)).ok_or(DisputeError::InputOutside)?;
        let tensor = self.node.inputs.get(usize::from(input)).ok_or(DisputeError::InputOutside)?;
        Ok((*index, *tensor))
    }

    /// The piece in which a single element lies; none when the whole row is taken.
    ///
    /// # Errors
    /// When it lies outside the row.
    pub fn piece_of(&self, place: &Place) -> Result<Option<u32>> {
        match place.column {
            Some(column) if column >= place.tensor.columns => Err(DisputeError::OperandOutside),
            Some(column) => Ok(Some(column / place.tensor.kind.per_piece() as u32)),
            None => Ok(None),
        }
    }

    /// Takes pieces of the rows.
    pub fn push(&mut self, buckets: &mut Buckets, [first, second]: [&[u8]; 2]) -> Result<()> {
        let kind = self.node.operand().kind;
        let result = match (kind, self.judge.reads()) {
            (ElementKind::Int8, Reads::Rows(..)) => self.judge.push_int8(first, second),
            (ElementKind::Int8, _) => self.push_words::<PIECE_BYTES>(buckets, first, second),
            _ => self.push_words::<{ PIECE_BYTES / 4 }>(buckets, first, second),
        };
        result.map_err(|error| match error {
            EvidenceError::Unexpected => DisputeError::OperandOutside,
            EvidenceError::Length { .. } => DisputeError::PieceLength,
            EvidenceError::Incomplete { .. } => DisputeError::EvidenceIncomplete,
        })
    }

    // Rooms of its own: one frame of a program's stack has 4 KiB.
    #[inline(never)]
    fn push_words<const LEN: usize>(
        &mut self,
        buckets: &mut Buckets,
        first: &[u8],
        second: &[u8],
    ) -> core::result::Result<(), EvidenceError> {
        let kind = self.node.operand().kind;
        let (mut a, mut b) = ([0; LEN], [0; LEN]);
        let (a_len, b_len) = (kind.decode(first, &mut a), kind.decode(second, &mut b));
        self.judge.push(buckets, &a[..a_len], &b[..b_len])
    }

    /// The element, from rows.
    pub fn word_of_rows(&self, bias: u32) -> Result<u32> {
        self.judge.value_of_rows(bias).map_err(|_| DisputeError::EvidenceIncomplete)
    }

    /// The element, from single elements.
    pub fn word_of_elements(&self, operands: &[Operand; 2]) -> Result<u32> {
        let word = |operand: usize, source: Option<Source>| match (operands.get(operand), source) {
            (_, Some(Source::Word(word))) => Ok(word),
            (Some(Operand::Word(word)), _) => Ok(*word),
            _ => Err(DisputeError::EvidenceIncomplete),
        };
        let words = match self.judge.reads() {
            Reads::Copy(a) | Reads::One(a) => [word(0, Some(a))?, 0],
            Reads::Two(a, b) => [word(0, Some(a))?, word(1, Some(b))?],
            Reads::Lookup { .. } => [word(0, None)?, word(1, None)?],
            _ => return Err(DisputeError::EvidenceIncomplete),
        };
        let [first, second] = words;
        self.judge.value_of_elements(first, second).map_err(|_| DisputeError::EvidenceIncomplete)
    }

    /// The element, from the bytes of the request.
    pub fn word_of_request(&self, bytes: &[u8], index: u64) -> Result<u32> {
        let Op::Input(input) = self.node.op else { return Err(DisputeError::EvidenceIncomplete) };
        let len = input.encoding.bytes() as usize;
        let start = usize::try_from(index).ok().and_then(|index| index.checked_mul(len));
        let end = start.and_then(|start| start.checked_add(len));
        let of_element = start.zip(end).and_then(|(start, end)| bytes.get(start..end));
        let mut word = [0; 4];
        word[..len].copy_from_slice(of_element.ok_or(DisputeError::InputLength)?);
        self.judge.value_of_request(word).map_err(|_| DisputeError::EvidenceIncomplete)
    }
}

/// Refuses bytes that are not as many as a piece of a tensor's row has.
pub(super) fn require_piece_length(tensor: &Tensor, piece: u32, bytes: &[u8]) -> Result<()> {
    let full = tensor.kind.per_piece() as u32;
    let elements = tensor.columns.saturating_sub(piece.saturating_mul(full)).min(full);
    // arith-safety: at most 384.
    if bytes.len() == elements as usize * tensor.kind.bytes() { Ok(()) } else { Err(DisputeError::PieceLength) }
}
