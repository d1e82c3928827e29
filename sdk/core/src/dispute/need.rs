//! What evidence is missing, and in which order it comes.

use super::{Evidence, Operand, Result, element::Asked};
use crate::provable::{Line, Place, Reads};

/// A tensor in which an operand lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The output of a node.
    Output {
        /// The node.
        node: u32,
    },
    /// The weights of a node.
    Weights {
        /// The node.
        node: u32,
    },
}

/// What the challenger has to show next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The record of a node that is read, by [`Proof::Record`](super::Proof::Record).
    Record {
        /// As which input.
        input: u8,
        /// The node.
        node: u32,
    },
    /// The root over the rows of a node's output, by [`Proof::Tensor`](super::Proof::Tensor).
    Tensor {
        /// For which operand.
        operand: u8,
        /// The node.
        node: u32,
    },
    /// A row, by [`Proof::Row`](super::Proof::Row).
    Row {
        /// For which operand.
        operand: u8,
        /// The row's tensor.
        origin: Origin,
        /// The row.
        row: u32,
    },
    /// A piece of a row for a single element, after those from `passed` on were passed by
    /// [`Proof::Skip`](super::Proof::Skip), in step 0 of [`Game::stream`](super::Game::stream).
    Piece {
        /// For which operand.
        operand: u8,
        /// The row's tensor.
        origin: Origin,
        /// The row.
        row: u32,
        /// Pieces that have passed.
        passed: u32,
        /// The piece.
        piece: u32,
    },
    /// The pieces with this number of all rows that are taken, in the step of this number of
    /// [`Game::stream`](super::Game::stream).
    Pieces {
        /// The number.
        step: u32,
        /// The first row and, if there are two, the second.
        rows: [Option<(Origin, u32)>; 2],
    },
    /// Nothing: the element can be judged.
    Judgement {
        /// The row of weights whose bias is told.
        bias_of: Option<u32>,
    },
}

impl Evidence {
    /// What the challenger has to show next, for inputs of the graph of a size.
    ///
    /// # Errors
    /// When the record is none.
    pub fn need(&self, size: u32) -> Result<Need> {
        let record = self.entered.record()?;
        for (input, node) in (0..).zip(record.inputs()) {
            let mut known = record.inputs().iter().zip(&self.inputs);
            if !known.any(|(other, shape)| other == node && shape.is_some()) {
                return Ok(Need::Record { input, node: *node });
            }
        }
        let asked = self.asked(size)?;
        let operands = match asked.judge.reads() {
            Reads::Request { .. } | Reads::Copy(Place::Word(_)) => 0,
            Reads::Copy(_) | Reads::One(_) | Reads::Two(_, Place::Word(_)) | Reads::Row(_) => 1,
            Reads::Two(..) | Reads::Lookup { .. } | Reads::Rows(..) => 2,
        };
        for operand in 0..operands {
            if let Some(need) = self.need_of(&asked, operand)? {
                return Ok(need);
            }
        }
        let rows = match asked.judge.reads() {
            Reads::Row(first) => [Some(first), None],
            Reads::Rows(first, second) => [Some(first), Some(second)],
            _ => return Ok(Need::Judgement { bias_of: None }),
        };
        if asked.judge.next_len() > 0 {
            let step = self.step(&asked);
            let [first, second] = rows.map(|line| line.map(|line| self.origin(&asked, line)));
            return Ok(Need::Pieces { step, rows: [first.transpose()?, second.transpose()?] });
        }
        let bias_of = match rows {
            [_, Some(Line::Weights { row })] => Some(row),
            _ => None,
        };
        Ok(Need::Judgement { bias_of })
    }

    /// What an operand needs before pieces of rows are taken.
    fn need_of(&self, asked: &Asked, operand: u8) -> Result<Option<Need>> {
        let place = asked.place(operand, &self.operands)?;
        let (origin, row) = self.origin(asked, place.line)?;
        Ok(match (self.operand(operand)?, origin) {
            (Operand::Unknown, Origin::Output { node }) => Some(Need::Tensor { operand, node }),
            (Operand::Unknown | Operand::Tensor(_), _) => Some(Need::Row { operand, origin, row }),
            (Operand::Row { passed, .. }, _) => {
                let piece = asked.piece_of(&place)?;
                piece.map(|piece| Need::Piece { operand, origin, row, passed, piece })
            }
            (Operand::Word(_), _) => None,
        })
    }

    fn origin(&self, asked: &Asked, line: Line) -> Result<(Origin, u32)> {
        Ok(match line {
            Line::Input { input, row } => (Origin::Output { node: asked.input(input)?.0 }, row),
            Line::Weights { row } => (Origin::Weights { node: self.entered.node }, row),
        })
    }
}
