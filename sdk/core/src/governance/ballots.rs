use super::{GovernanceError, Result, ensure};

/// How many proposals back a position remembers its votes.
pub const BALLOTS_KEPT: u64 = u64::BITS as u64;

/// On which proposals of its vault a position has voted: one bit for each of the latest, so that a vote needs no account of
/// its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ballots {
    /// Bit `n` is set if the position voted on the proposal `last_index - n`.
    pub mask: u64,
    /// Number of the latest proposal that the position voted on; 0 before any.
    pub last_index: u64,
}

impl Ballots {
    /// The same with a vote on the proposal number `index`, from 1. A proposal that lies [`BALLOTS_KEPT`] or more before the
    /// latest one voted on is refused: whether there was a vote on it is not known any more.
    #[inline(always)]
    pub fn vote(&self, index: u64) -> Result<Self> {
        if let Some(newer) = index.checked_sub(self.last_index).filter(|newer| *newer > 0) {
            let older = if newer < BALLOTS_KEPT { self.mask << newer } else { 0 };
            return Ok(Self { mask: older | 1, last_index: index });
        }
        ensure(index > 0, GovernanceError::StateInconsistent)?;
        // arith-safety: not newer than the latest.
        let back = self.last_index - index;
        ensure(back < BALLOTS_KEPT, GovernanceError::ProposalTooOld)?;
        let bit = 1_u64 << back;
        ensure(self.mask & bit == 0, GovernanceError::VotedAlready)?;
        Ok(Self { mask: self.mask | bit, ..*self })
    }

    /// Whether the position may still vote on the proposal number `index`, as far as earlier votes go.
    pub fn may_vote(&self, index: u64) -> bool {
        self.vote(index).is_ok()
    }
}
