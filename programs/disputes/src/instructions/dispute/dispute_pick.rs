use anchor_lang::prelude::*;
use modchains_core::window::Moment;
use modchains_program_kit::hash::sha256;

use super::{DisputeMove, RevealArgs, play::play};

/// What was shown, and what is picked of it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DisputePickArgs {
    /// What was shown: it is not kept, so the pick is bound to what the challenger saw.
    pub shown: RevealArgs,
    /// Which of it; after the last of some pieces, what follows them.
    pub index: u32,
}

impl<'info> DisputeMove<'info> {
    /// Goes one place further down.
    pub fn pick(&mut self, args: &DisputePickArgs, now: Moment) -> Result<()> {
        play(&self.dispute, &self.request, &self.graph, |game, case| {
            game.pick(sha256, case, &args.shown.reveal(), args.index, now)
        })
    }
}
