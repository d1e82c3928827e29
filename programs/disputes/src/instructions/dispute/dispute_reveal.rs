use anchor_lang::prelude::*;
use modchains_core::{dispute::Reveal, window::Moment};
use modchains_program_kit::hash::sha256;

use super::play::play;
use crate::state::{Dispute, Graph};

/// What an operator shows of its trace.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub enum RevealArgs {
    /// In a tree: the nodes four levels down, or the leaves.
    Nodes {
        /// Their hashes.
        nodes: Vec<[u8; 32]>,
    },
    /// In a row: the next pieces, up to 16.
    Pieces {
        /// Their hashes.
        pieces: Vec<[u8; 32]>,
        /// The hash of what follows them; none where the row ends.
        next: Option<[u8; 32]>,
    },
    /// In a piece: its elements.
    Elements {
        /// Up to 384 bytes.
        bytes: Vec<u8>,
    },
}

impl RevealArgs {
    /// In the form the rules take.
    pub fn reveal(&self) -> Reveal<'_> {
        match self {
            Self::Nodes { nodes } => Reveal::Nodes(nodes),
            Self::Pieces { pieces, next } => Reveal::Pieces { pieces, next: *next },
            Self::Elements { bytes } => Reveal::Elements(bytes),
        }
    }
}

/// Shows what lies below a place of the operator's trace. There is one answer, so nobody signs for it: anyone can keep an
/// operator that cannot be reached from losing by silence.
#[derive(Accounts)]
pub struct DisputeReveal<'info> {
    #[account(mut)]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    pub request: UncheckedAccount<'info>,
    pub graph: AccountLoader<'info, Graph>,
}

impl<'info> DisputeReveal<'info> {
    /// Checks it against the trace.
    pub fn handle(&mut self, args: &RevealArgs, now: Moment) -> Result<()> {
        play(&self.dispute, &self.request, &self.graph, |game, case| game.show(sha256, case, &args.reveal(), now))
    }
}
