use anchor_lang::prelude::*;
use modchains_core::{dispute::Shown, rounded::Buckets, window::Moment};
use modchains_program_kit::hash::sha256;

use super::{DisputeMove, play::play};

/// A piece of a row.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PieceArgs {
    /// Its elements, up to 384 bytes.
    pub bytes: Vec<u8>,
    /// The hash of what follows it in the row.
    pub next: [u8; 32],
}

/// Pieces of what the element is computed from.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DisputeStreamArgs {
    /// How many pieces of rows were taken before; 0 where single elements are shown.
    pub step: u32,
    /// Of the first operand.
    pub first: Option<PieceArgs>,
    /// Of the second one.
    pub second: Option<PieceArgs>,
}

impl DisputeStreamArgs {
    /// In the form the rules take.
    pub fn shown(&self) -> [Option<Shown<'_>>; 2] {
        [&self.first, &self.second]
            .map(|piece| piece.as_ref().map(|PieceArgs { bytes, next }| Shown { bytes, next: *next }))
    }
}

impl<'info> DisputeMove<'info> {
    /// Takes the pieces.
    pub fn stream(&mut self, args: &DisputeStreamArgs, now: Moment) -> Result<()> {
        let mut buckets: Box<Buckets> = bytemuck::zeroed_box();
        play(&self.dispute, &self.request, &self.graph, |game, case| {
            game.stream(sha256, case, &mut buckets, args.step, args.shown(), now)
        })
    }
}
