use anchor_lang::prelude::*;
use modchains_core::{dispute::DisputeError, window::Moment};
use modchains_program_kit::hash::sha256;

use super::{
    DisputeMove,
    play::{play, with_input_and_output},
};

/// What the evidence lacks.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DisputeJudgeArgs {
    /// What the row of weights ends with, little-endian; zeros where there is none.
    pub bias: [u8; 4],
}

impl<'info> DisputeMove<'info> {
    /// Compares the element with what it must be.
    pub fn judge(&mut self, args: &DisputeJudgeArgs, now: Moment) -> Result<()> {
        play(&self.dispute, &self.request, &self.graph, |game, case| {
            let judged =
                with_input_and_output(&self.request, |input, _| game.judge(sha256, case, input, args.bias, now));
            judged.unwrap_or(Err(DisputeError::InputLength))
        })
    }
}
