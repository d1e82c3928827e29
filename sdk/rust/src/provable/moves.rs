use modchains_core::{
    dispute::{Case, DisputeError, Game},
    rounded::Buckets,
    window::Moment,
};
use modchains_disputes::instructions::{
    DisputeAnchorArgs, DisputeJudgeArgs, DisputePickArgs, DisputeStreamArgs, RevealArgs, TraceRevealArgs,
};

use crate::hash::sha256;

/// What a side says in a dispute.
#[derive(Debug, Clone)]
pub enum Move {
    /// `trace_reveal`.
    Trace(TraceRevealArgs),
    /// `dispute_reveal`.
    Reveal(RevealArgs),
    /// `dispute_pick`.
    Pick(DisputePickArgs),
    /// `dispute_anchor`.
    Anchor(DisputeAnchorArgs),
    /// `dispute_stream`.
    Stream(DisputeStreamArgs),
    /// `dispute_judge`.
    Judge(DisputeJudgeArgs),
    /// `dispute_timeout`.
    TimeOut,
    /// `dispute_concede`, by the side to move.
    Concede,
}

impl Move {
    /// What the program will make of it: the next game, and the case, to which the operator's root may have been added.
    ///
    /// # Errors
    /// When the program will refuse it.
    pub fn apply(
        &self,
        game: &Game,
        case: &Case,
        [input, output]: [&[u8]; 2],
        now: Moment,
    ) -> Result<(Game, Case), DisputeError> {
        let next = match self {
            Self::Trace(args) => {
                let (next, trace) = game.trace(sha256, case, output, &args.siblings, now)?;
                return Ok((next, Case { trace, ..*case }));
            }
            Self::Reveal(args) => game.show(sha256, case, &args.reveal(), now),
            Self::Pick(args) => game.pick(sha256, case, &args.shown.reveal(), args.index, now),
            Self::Anchor(args) => game.anchor(sha256, case, &args.proof(), now),
            Self::Stream(args) => game.stream(sha256, case, &mut Buckets::default(), args.step, args.shown(), now),
            Self::Judge(args) => game.judge(sha256, case, input, args.bias, now),
            Self::TimeOut => game.time_out(now),
            Self::Concede => game.concede(game.phase.to_move().ok_or(DisputeError::GameOver)?, now),
        };
        Ok((next?, *case))
    }
}
