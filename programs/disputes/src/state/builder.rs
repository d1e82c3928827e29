use anchor_lang::prelude::{
    borsh::{BorshDeserialize, BorshSerialize},
    *,
};
use modchains_core::provable::{
    Lengths, RECORD_BYTES, Record, Shape,
    check::{Summary, Survey},
    commitment::{Frontier, graph_root},
};
use modchains_program_kit::hash::sha256;

use super::Graph;
use crate::errors::{DisputesError, ensure};

/// What is kept of a graph between two lots of its records. The shapes of the nodes so far follow it, [`SHAPE_BYTES`] each.
#[derive(Debug)]
pub struct Builder {
    /// What was found so far.
    survey: Survey,
    /// The tree over the records.
    tree: Frontier,
    /// The first record.
    first: [u8; RECORD_BYTES],
    /// The last one so far.
    last: [u8; RECORD_BYTES],
}

/// Bytes of a builder.
const BUILDER_BYTES: usize = 37 + 1_028 + 2 * RECORD_BYTES;
/// Bytes of a shape.
const SHAPE_BYTES: usize = 17;
/// Where the shapes begin in the account.
const SHAPES_OFFSET: usize = Graph::SPACE + BUILDER_BYTES;

impl Builder {
    /// Bytes of the account of a graph of which so many nodes were read.
    pub const fn space(nodes: u32) -> usize {
        // arith-safety: a graph has at most 2^14 nodes.
        SHAPES_OFFSET + nodes as usize * SHAPE_BYTES
    }

    /// Before the first record.
    pub fn new() -> Box<Self> {
        let none = [0; RECORD_BYTES];
        Box::new(Self { survey: Survey::default(), tree: Frontier::default(), first: none, last: none })
    }

    /// From a graph's account.
    pub fn read(account: &[u8]) -> Result<Box<Self>> {
        let mut bytes = account.get(Graph::SPACE..SHAPES_OFFSET).ok_or(DisputesError::StateInconsistent)?;
        let read = BorshDeserialize::deserialize(&mut bytes).map_err(|_| DisputesError::StateInconsistent)?;
        let (survey, tree, first, last) = read;
        Ok(Box::new(Self { survey, tree, first, last }))
    }

    /// Into a graph's account.
    pub fn write(&self, account: &mut [u8]) -> Result<()> {
        let mut bytes = account.get_mut(Graph::SPACE..SHAPES_OFFSET).ok_or(DisputesError::StateInconsistent)?;
        let Self { survey, tree, first, last } = self;
        Ok((survey, tree, first, last).serialize(&mut bytes).map_err(|_| DisputesError::StateInconsistent)?)
    }

    /// Nodes so far.
    pub const fn nodes(&self) -> u32 {
        self.survey.nodes()
    }

    /// Checks and takes the next record; `account` has room for its shape.
    #[inline(never)]
    pub fn add(&mut self, account: &mut [u8], bytes: &[u8; RECORD_BYTES]) -> Result<()> {
        let record = Record::decode(bytes).ok_or(DisputesError::RecordMalformed)?;
        let index = self.nodes();
        let shapes = account.get_mut(SHAPES_OFFSET..).ok_or(DisputesError::StateInconsistent)?;
        self.survey.add(&record, |input| shape(shapes, input)).map_err(DisputesError::from)?;
        let mut place = shapes.get_mut(at(index)).ok_or(DisputesError::StateInconsistent)?;
        Shape::of(&record).serialize(&mut place).map_err(|_| DisputesError::StateInconsistent)?;
        self.tree.push(sha256, record.hash(sha256));
        self.last = *bytes;
        if index == 0 {
            self.first = *bytes;
        }
        Ok(())
    }

    /// The graph of all records, if they hash to `root`: what is known of it, its last record, and how long inputs and outputs are.
    #[inline(never)]
    pub fn finish(&self, root: &[u8; 32]) -> Result<(Summary, Record, Lengths)> {
        let summary = self.survey.finish().map_err(DisputesError::from)?;
        let found = graph_root(sha256, summary.nodes, &self.tree.root(sha256));
        ensure(found == *root, DisputesError::RootMismatch)?;
        let record = |bytes| Record::decode(bytes).ok_or(DisputesError::StateInconsistent);
        let (first, last) = (record(&self.first)?, record(&self.last)?);
        let lengths = Lengths::of(&first, &last).ok_or(DisputesError::LengthsUnsteady)?;
        Ok((summary, last, lengths))
    }
}

fn shape(shapes: &[u8], node: u32) -> Option<Shape> {
    Shape::deserialize(&mut shapes.get(at(node))?).ok()
}

const fn at(node: u32) -> core::ops::Range<usize> {
    // arith-safety: a graph has at most 2^14 nodes.
    let start = node as usize * SHAPE_BYTES;
    start..start + SHAPE_BYTES
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_builder_fills_its_place_in_the_account() {
        let mut account = vec![0; Builder::space(0)];
        let builder = Builder::new();
        builder.write(&mut account).unwrap();
        let Builder { survey, tree, first, last } = *builder;
        let mut bytes = Vec::new();
        (survey, tree, first, last).serialize(&mut bytes).unwrap();
        assert_eq!(bytes.len(), BUILDER_BYTES);
        assert_eq!(account[Graph::SPACE..], bytes[..]);
    }
}
