use anchor_lang::prelude::*;
use modchains_core::{dispute::Proof, provable::RECORD_BYTES, window::Moment};
use modchains_program_kit::hash::sha256;

use super::{DisputeMove, play::play};

/// What is proven. Siblings come from below.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub enum DisputeAnchorArgs {
    /// The record of the node that was picked, under the graph's root.
    Node {
        /// The record.
        record: [u8; RECORD_BYTES],
        /// Its siblings.
        siblings: Vec<[u8; 32]>,
    },
    /// The record of a node that it reads, under the graph's root.
    Record {
        /// Which input.
        input: u8,
        /// The record.
        record: [u8; RECORD_BYTES],
        /// Its siblings.
        siblings: Vec<[u8; 32]>,
    },
    /// The output of that node, under the root of the operator's trace.
    Tensor {
        /// Which operand lies in it.
        operand: u8,
        /// The root over its rows.
        rows: [u8; 32],
        /// Its leaf's siblings.
        siblings: Vec<[u8; 32]>,
    },
    /// A row of a tensor that was proven, or of the node's weights.
    Row {
        /// Which operand it is, or lies in it.
        operand: u8,
        /// Its hash.
        row: [u8; 32],
        /// Its siblings.
        siblings: Vec<[u8; 32]>,
    },
    /// Pieces before the one in which a single element lies.
    Skip {
        /// Which operand it is.
        operand: u8,
        /// The pieces' hashes.
        pieces: Vec<[u8; 32]>,
        /// The hash of what follows them.
        next: [u8; 32],
    },
}

impl DisputeAnchorArgs {
    /// In the form the rules take.
    pub fn proof(&self) -> Proof<'_> {
        match self {
            Self::Node { record, siblings } => Proof::Node { record, siblings },
            Self::Record { input, record, siblings } => Proof::Record { input: *input, record, siblings },
            Self::Tensor { operand, rows, siblings } => Proof::Tensor { operand: *operand, rows: *rows, siblings },
            Self::Row { operand, row, siblings } => Proof::Row { operand: *operand, row: *row, siblings },
            Self::Skip { operand, pieces, next } => Proof::Skip { operand: *operand, pieces, next: *next },
        }
    }
}

impl<'info> DisputeMove<'info> {
    /// Proves one step from a root towards the node's record or an operand.
    pub fn anchor(&mut self, args: &DisputeAnchorArgs, now: Moment) -> Result<()> {
        play(&self.dispute, &self.request, &self.graph, |game, case| game.anchor(sha256, case, &args.proof(), now))
    }
}
