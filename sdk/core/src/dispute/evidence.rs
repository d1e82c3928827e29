//! What an element is computed from, proven piece by piece.

use core::ops::ControlFlow;

use super::{
    Case, DisputeError, Entered, Operand, Result, Verdict,
    element::{Asked, Place, require_piece_length},
};
use crate::{
    hash::{Hash, Sha256},
    provable::{
        INPUTS_MAX, Judge, Line, Node, RECORD_BYTES, Reads, Tensor,
        commitment::{self, RowReader, depth},
        is_bias, is_row,
    },
    rounded::{Buckets, Wide},
};

/// The evidence for one element so far. Each step checks what it is shown against what was proven before, down from the
/// root of the operator's trace or of the graph, so nothing that was taken is ever wrong, and a step that is refused changes
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Evidence {
    /// The node.
    pub entered: Entered,
    /// The element's row.
    pub row: u32,
    /// Its column.
    pub column: u32,
    /// What the operator's trace says that it is, as a word.
    pub claimed: u32,
    /// The shapes of the node's inputs, as far as their records were proven.
    pub inputs: [Option<Tensor>; INPUTS_MAX],
    /// What it is computed from, as far as that was shown.
    pub operands: [Operand; 2],
    /// What a judge keeps between two pieces of rows.
    pub state: Wide,
    /// How many elements of rows were taken.
    pub taken: u32,
}

/// A step on the way from a root to an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof<'a> {
    /// The record of the node that was picked, under the graph's root. This comes before the way down into its output.
    Node {
        /// The record.
        record: &'a [u8; RECORD_BYTES],
        /// From below.
        siblings: &'a [Hash],
    },
    /// The record of a node that the node reads, under the graph's root: its shape.
    Record {
        /// Which of the node's inputs.
        input: u8,
        /// The record.
        record: &'a [u8; RECORD_BYTES],
        /// From below.
        siblings: &'a [Hash],
    },
    /// The output of that node, under the root of the operator's trace.
    Tensor {
        /// Which operand lies in it.
        operand: u8,
        /// The root over its rows.
        rows: Hash,
        /// From below.
        siblings: &'a [Hash],
    },
    /// A row of a tensor that was proven, or of the node's weights.
    Row {
        /// Which operand it is, or lies in it.
        operand: u8,
        /// Its hash.
        row: Hash,
        /// From below.
        siblings: &'a [Hash],
    },
    /// Pieces before the one in which a single element lies, by their hashes.
    Skip {
        /// Which operand it is.
        operand: u8,
        /// The pieces.
        pieces: &'a [Hash],
        /// What follows them.
        next: Hash,
    },
}

/// A piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Its elements.
    pub bytes: &'a [u8],
    /// The hash of what follows it in the row.
    pub next: Hash,
}

impl Evidence {
    /// Before anything was shown.
    pub(super) const fn new(entered: Entered, row: u32, column: u32, claimed: u32) -> Self {
        let (inputs, operands) = ([None; INPUTS_MAX], [Operand::Unknown; 2]);
        Self { entered, row, column, claimed, inputs, operands, state: Wide::ZERO, taken: 0 }
    }

    /// The node, its record, and a judge of the element that has taken what was shown.
    ///
    /// # Errors
    /// Before the shapes of all its inputs were proven.
    #[inline(never)]
    pub(super) fn asked(&self, size: u32) -> Result<Asked> {
        let record = self.entered.record()?;
        let shape = |index: u32| {
            let known = record.inputs().iter().zip(&self.inputs);
            known.filter(|(input, _)| **input == index).find_map(|(_, shape)| *shape)
        };
        let node = Node::new(&record, size, shape).ok_or(DisputeError::InputUnknown)?;
        let judge = Judge::resume(&node, self.row, self.column, self.state, self.taken);
        Ok(Asked { record, node, judge: judge.ok_or(DisputeError::InputUnknown)? })
    }

    /// After one more step towards an operand.
    #[inline(never)]
    pub(super) fn anchored(&self, sha256: impl Sha256, case: &Case, proof: &Proof<'_>) -> Result<Self> {
        let mut next = *self;
        match *proof {
            Proof::Node { .. } => return Err(DisputeError::PhaseOther),
            Proof::Record { input, record, siblings } => {
                let inputs = self.entered.record()?;
                let node = *inputs.inputs().get(usize::from(input)).ok_or(DisputeError::InputOutside)?;
                case.require_record(sha256, node, record, siblings)?;
                let place = next.inputs.get_mut(usize::from(input)).ok_or(DisputeError::InputOutside)?;
                if place.is_some() {
                    return Err(DisputeError::InputKnown);
                }
                *place = Some(Entered { node, record: *record }.output(case.size)?);
            }
            Proof::Tensor { operand, rows, siblings } => {
                let asked = self.asked(case.size)?;
                let Place { line, .. } = asked.place(operand, &self.operands)?;
                let Line::Input { input, .. } = line else { return Err(DisputeError::OperandOutside) };
                self.require_unknown(operand)?;
                let (node, tensor) = asked.input(input)?;
                let leaf = commitment::tensor_leaf(&sha256, node, [tensor.rows, tensor.columns], &rows);
                let tensors = case.tensors(&sha256, leaf, node, siblings)?;
                if case.trace_root(sha256, &tensors) != case.trace {
                    return Err(DisputeError::TensorUnproven);
                }
                next.set(operand, Operand::Tensor(rows));
            }
            Proof::Row { operand, row, siblings } => {
                self.require_row(sha256, &self.asked(case.size)?, operand, row, siblings)?;
                next.set(operand, Operand::Row { rest: row, passed: 0 });
            }
            Proof::Skip { operand, pieces, next: rest } => {
                let asked = self.asked(case.size)?;
                let place = asked.place(operand, &self.operands)?;
                let last = asked.piece_of(&place)?.ok_or(DisputeError::SkippedTooFar)?;
                let Operand::Row { rest: head, passed } = self.operand(operand)? else {
                    return Err(DisputeError::OperandUnknown);
                };
                let passed = passed.saturating_add(u32::try_from(pieces.len()).unwrap_or(u32::MAX));
                if passed > last {
                    return Err(DisputeError::SkippedTooFar);
                }
                if pieces.is_empty() || commitment::row_of_pieces(sha256, pieces, rest) != head {
                    return Err(DisputeError::PieceUnproven);
                }
                next.set(operand, Operand::Row { rest, passed });
            }
        }
        Ok(next)
    }

    /// Refuses a row that is not the one in which an operand lies.
    #[inline(never)]
    fn require_row(
        &self,
        sha256: impl Sha256,
        asked: &Asked,
        operand: u8,
        head: Hash,
        siblings: &[Hash],
    ) -> Result<()> {
        let Place { line, tensor, .. } = asked.place(operand, &self.operands)?;
        let (root, row) = match (line, self.operand(operand)?) {
            (Line::Input { row, .. }, Operand::Tensor(root)) => (root, row),
            (Line::Weights { row }, Operand::Unknown) => (asked.record.weights.unwrap_or_default(), row),
            (Line::Input { .. }, Operand::Unknown) => return Err(DisputeError::OperandUnknown),
            _ => return Err(DisputeError::OperandKnown),
        };
        if siblings.len() != depth(tensor.rows) as usize {
            return Err(DisputeError::PathLength);
        }
        let is_row = row < tensor.rows && commitment::root_of_path(sha256, head, row, siblings) == root;
        if is_row { Ok(()) } else { Err(DisputeError::RowUnproven) }
    }

    /// After pieces of the operands were shown. Weights that are none end the game.
    #[inline(never)]
    pub(super) fn streamed(
        &self,
        sha256: impl Sha256,
        case: &Case,
        buckets: &mut Buckets,
        step: u32,
        shown: [Option<Shown<'_>>; 2],
    ) -> Result<ControlFlow<Verdict, Self>> {
        let mut next = *self;
        let mut asked = self.asked(case.size)?;
        if self.step(&asked) != step {
            return Err(DisputeError::StepOutOfOrder);
        }
        let is_of_rows = matches!(asked.judge.reads(), Reads::Row(_) | Reads::Rows(..));
        for (operand, shown) in (0_u8..).zip(shown) {
            let Some(shown) = shown else { continue };
            // The place of a lookup's second operand follows from the first.
            let place = asked.place(operand, &next.operands)?;
            let passed = next.take(&sha256, &asked, operand, &place, &shown)?;
            if matches!(place.line, Line::Weights { .. }) && !is_row(place.tensor.kind, shown.bytes) {
                return Ok(ControlFlow::Break(Verdict::WeightsUnlawful));
            }
            if let Some(column) = place.column {
                let first = passed.saturating_mul(place.tensor.kind.per_piece() as u32);
                let word = place.tensor.kind.word(shown.bytes, column.saturating_sub(first) as usize);
                next.set(operand, Operand::Word(word));
            }
        }
        if is_of_rows {
            asked.push(buckets, shown.map(|shown| shown.map_or(&[][..], |shown| shown.bytes)))?;
            (next.state, next.taken) = asked.judge.state();
        }
        Ok(ControlFlow::Continue(next))
    }

    /// Takes the next piece of an operand's row. Gives how many passed before it.
    #[inline(never)]
    fn take(
        &mut self,
        sha256: impl Sha256,
        asked: &Asked,
        operand: u8,
        place: &Place,
        shown: &Shown<'_>,
    ) -> Result<u32> {
        let Operand::Row { rest, passed } = self.operand(operand)? else {
            let is_known = matches!(self.operand(operand)?, Operand::Word(_));
            return Err(if is_known { DisputeError::OperandKnown } else { DisputeError::OperandUnknown });
        };
        if asked.piece_of(place)?.is_some_and(|piece| piece != passed) {
            return Err(DisputeError::StepOutOfOrder);
        }
        require_piece_length(&place.tensor, passed, shown.bytes)?;
        let mut reader = RowReader::new(rest);
        reader.take(sha256, shown.bytes, &shown.next).map_err(|_| DisputeError::PieceUnproven)?;
        self.set(operand, Operand::Row { rest: reader.head, passed: passed.saturating_add(1) });
        Ok(passed)
    }

    /// What the element is, against what the operator's trace says.
    #[inline(never)]
    pub(super) fn verdict(&self, sha256: impl Sha256, case: &Case, input: &[u8], bias: [u8; 4]) -> Result<Verdict> {
        let asked = self.asked(case.size)?;
        let word = match asked.judge.reads() {
            Reads::Request { index } => asked.word_of_request(input, index)?,
            Reads::Row(_) => asked.word_of_rows(0)?,
            Reads::Rows(_, second) => {
                if let Line::Weights { .. } = second {
                    let Operand::Row { rest, .. } = self.operand(1)? else {
                        return Err(DisputeError::EvidenceIncomplete);
                    };
                    let columns = asked.node.operand().columns;
                    RowReader::new(rest).finish(sha256, columns, bias).map_err(|_| DisputeError::EndUnproven)?;
                    if !is_bias(asked.node.operand().kind, bias) {
                        return Ok(Verdict::WeightsUnlawful);
                    }
                }
                asked.word_of_rows(u32::from_le_bytes(bias))?
            }
            _ => asked.word_of_elements(&self.operands)?,
        };
        Ok(if word == self.claimed { Verdict::Equal } else { Verdict::Unequal { word } })
    }

    /// How many pieces of a row were taken.
    pub(super) fn step(&self, asked: &Asked) -> u32 {
        self.taken.div_ceil(asked.node.operand().kind.per_piece() as u32)
    }

    pub(super) fn operand(&self, operand: u8) -> Result<Operand> {
        self.operands.get(usize::from(operand)).copied().ok_or(DisputeError::OperandOutside)
    }

    fn require_unknown(&self, operand: u8) -> Result<()> {
        if self.operand(operand)? == Operand::Unknown { Ok(()) } else { Err(DisputeError::OperandKnown) }
    }

    fn set(&mut self, operand: u8, to: Operand) {
        if let Some(place) = self.operands.get_mut(usize::from(operand)) {
            *place = to;
        }
    }
}
