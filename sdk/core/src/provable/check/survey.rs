//! A graph, node by node.

use super::{
    limits::{EVIDENCE_PIECES_MAX, MULTIPLY_ADDS_MAX, NODES_MAX, REVEALS_MAX, TRACE_BYTES_MAX},
    problem::{GraphProblem, RecordProblem},
    rules::{self, Checked},
};
use crate::provable::{
    commitment::{REVEALED_MAX, depth},
    element::ElementKind,
    op::Op,
    record::{INPUTS_MAX, Record},
    shape::Shape,
    size::SizeRange,
};

/// What was found of a graph's nodes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Survey {
    nodes: u32,
    sizes: SizeRange,
    multiply_adds: u64,
    trace_bytes: u64,
    reveals_below_node: u32,
    evidence_pieces: u32,
    is_exact: bool,
}

/// What is known of an accepted graph. All figures are for the largest input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Summary {
    /// Nodes.
    pub nodes: u32,
    /// The sizes that an input may have.
    pub sizes: SizeRange,
    /// Multiplications and additions of an inference.
    pub multiply_adds: u64,
    /// Bytes of all outputs.
    pub trace_bytes: u64,
    /// Reveals from the root of a trace to a piece.
    pub reveals: u32,
    /// Pieces of evidence for one element.
    pub evidence_pieces: u32,
    /// Whether all elements are integers.
    pub is_exact: bool,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            nodes: 0,
            sizes: SizeRange { min: 0, max: 0 },
            multiply_adds: 0,
            trace_bytes: 0,
            reveals_below_node: 0,
            evidence_pieces: 0,
            is_exact: true,
        }
    }
}

impl Survey {
    /// Nodes so far, which is the index of the next.
    pub const fn nodes(&self) -> u32 {
        self.nodes
    }

    /// Checks the next node and counts what it costs. `shape` gives the shapes of the nodes before it.
    ///
    /// # Errors
    /// The rule that the node breaks, or that there are too many; then nothing is counted.
    pub fn add(&mut self, record: &Record, shape: impl Fn(u32) -> Option<Shape>) -> Result<(), GraphProblem> {
        let index = self.nodes;
        if index >= NODES_MAX {
            return Err(GraphProblem::TooManyNodes);
        }
        let next = self.with(record, shape).map_err(|problem| GraphProblem::Node { index, problem })?;
        *self = next;
        Ok(())
    }

    fn with(&self, record: &Record, shape: impl Fn(u32) -> Option<Shape>) -> Result<Self, RecordProblem> {
        let sizes = match (record.op, self.nodes) {
            (Op::Input(input), 0) => input.sizes,
            (Op::Input(_), _) | (_, 0) => return Err(RecordProblem::InputMisplaced),
            _ => self.sizes,
        };
        let mut inputs = [Shape::of(record); INPUTS_MAX];
        for (place, input) in inputs.iter_mut().zip(record.inputs()) {
            let earlier = if *input < self.nodes { shape(*input) } else { None };
            *place = earlier.ok_or(RecordProblem::InputNotEarlier { input: *input })?;
        }
        let inputs = inputs.get(..record.inputs().len()).unwrap_or_default();
        let Checked { rows, columns, terms, evidence_pieces } = rules::check(record, inputs, sizes)?;
        if evidence_pieces > EVIDENCE_PIECES_MAX {
            return Err(RecordProblem::TooMuchEvidence { actual: evidence_pieces });
        }
        let elements = u64::from(rows) * u64::from(columns);
        let pieces = record.kind.pieces(columns);
        let reveals = depth(rows).div_ceil(4).saturating_add(pieces.div_ceil(REVEALED_MAX as u32));
        Ok(Self {
            nodes: self.nodes.saturating_add(1),
            sizes,
            multiply_adds: self.multiply_adds.saturating_add(elements.saturating_mul(terms.into())),
            trace_bytes: self.trace_bytes.saturating_add(elements.saturating_mul(record.kind.bytes() as u64)),
            reveals_below_node: self.reveals_below_node.max(reveals),
            evidence_pieces: self.evidence_pieces.max(evidence_pieces),
            is_exact: self.is_exact && record.kind != ElementKind::Float,
        })
    }

    /// The graph of the nodes so far.
    ///
    /// # Errors
    /// When there is no node, or all of them together cost too much.
    pub fn finish(&self) -> Result<Summary, GraphProblem> {
        if self.nodes == 0 {
            return Err(GraphProblem::NoNode);
        }
        if self.multiply_adds > MULTIPLY_ADDS_MAX {
            return Err(GraphProblem::TooManyMultiplyAdds { actual: self.multiply_adds });
        }
        if self.trace_bytes > TRACE_BYTES_MAX {
            return Err(GraphProblem::TraceTooLarge { actual: self.trace_bytes });
        }
        let reveals = self.reveals_below_node.saturating_add(depth(self.nodes).div_ceil(4));
        if reveals > REVEALS_MAX {
            return Err(GraphProblem::TooManyReveals { actual: reveals });
        }
        Ok(Summary {
            nodes: self.nodes,
            sizes: self.sizes,
            multiply_adds: self.multiply_adds,
            trace_bytes: self.trace_bytes,
            reveals,
            evidence_pieces: self.evidence_pieces,
            is_exact: self.is_exact,
        })
    }
}
