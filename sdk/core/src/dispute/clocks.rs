use super::{DisputeError, Result};
use crate::window::{self, Moment};

/// A side of a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub enum Side {
    /// Whoever posted the result.
    Operator,
    /// Whoever says that it is wrong.
    Challenger,
}

impl Side {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Operator => Self::Challenger,
            Self::Challenger => Self::Operator,
        }
    }
}

/// Both sides' clocks. One runs at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Clocks {
    /// Seconds that the operator had left when the turn last changed.
    pub operator_seconds: u32,
    /// Seconds that the challenger had left then.
    pub challenger_seconds: u32,
    /// When the turn last changed.
    pub turned_at: Moment,
}

impl Clocks {
    /// At the start of a game, which is the operator's turn.
    pub const fn start(clock_seconds: u32, now: Moment) -> Self {
        Self { operator_seconds: clock_seconds, challenger_seconds: clock_seconds, turned_at: now }
    }

    /// Seconds that the side to move has left; 0 from the moment on at which its time is up.
    pub fn left_seconds(&self, to_move: Side, now: Moment) -> u32 {
        let elapsed = u32::try_from(window::elapsed_seconds(self.turned_at, now)).unwrap_or(u32::MAX);
        self.of(to_move).saturating_sub(elapsed)
    }

    /// Refuses a move once the mover's time is up.
    pub(super) fn require_time(&self, to_move: Side, now: Moment) -> Result<()> {
        if self.left_seconds(to_move, now) == 0 { Err(DisputeError::ClockRanOut) } else { Ok(()) }
    }

    /// After a move that gives the turn to the other side, which then has at least `grace_seconds`.
    pub(super) fn turned(&self, mover: Side, grace_seconds: u32, now: Moment) -> Self {
        let (left, waiting) = (self.left_seconds(mover, now), self.of(mover.other()).max(grace_seconds));
        let (operator_seconds, challenger_seconds) = match mover {
            Side::Operator => (left, waiting),
            Side::Challenger => (waiting, left),
        };
        Self { operator_seconds, challenger_seconds, turned_at: now }
    }

    const fn of(&self, side: Side) -> u32 {
        match side {
            Side::Operator => self.operator_seconds,
            Side::Challenger => self.challenger_seconds,
        }
    }
}
