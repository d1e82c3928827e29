//! The weight of a vote: the stake that was there before the proposal and has stayed since.
//!
//! The truth is the smallest stake that a position had between the second before the opening and now. A position cannot keep its
//! history, so it keeps three numbers of it: the stake now, and the smallest since before either of two points in time.
//!
//! ```text
//!          window point            bucket point b        last increase t      now
//! ---------------|-----------------------|-----------------------|-------------|---->
//! 0 for p here   | S_a for p here        | S_b for p here        | stake now for p here
//! ```
//!
//! The first increase that comes a whole voting window after `b` moves both points on. So a proposal that can still be voted
//! on is never older than the window point, and its weight misses at most what was added in the two voting windows before its
//! opening. Who added nothing since the opening votes with every atom.
//!
//! An increase in the second of the opening counts as after it: which came first is not recorded.

use super::VOTING_WINDOW_MAX_SECONDS;
use crate::{CoreError, Result};

/// A position's stake, and what is kept of its past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VotingStake {
    /// Staked now, token atoms.
    pub staked_atoms: u64,
    /// The smallest stake since before the window point, token atoms.
    pub before_window_atoms: u64,
    /// The smallest stake since right before `bucket_at_seconds`, token atoms.
    pub before_bucket_atoms: u64,
    /// The first increase that the bucket holds, unix seconds; 0 before any.
    pub bucket_at_seconds: i64,
    /// The last increase, unix seconds; 0 before any.
    pub increased_at_seconds: i64,
}

impl VotingStake {
    /// The stake with `token_atoms` more, added at `now_seconds`. A clock that went back counts as standing still, which only
    /// lowers a weight.
    #[inline(always)]
    pub fn increase(&self, token_atoms: u64, now_seconds: i64) -> Result<Self> {
        let now_seconds = now_seconds.max(self.increased_at_seconds);
        let staked_atoms = self.staked_atoms.checked_add(token_atoms).ok_or(CoreError::Overflow)?;
        let increased = Self { staked_atoms, increased_at_seconds: now_seconds, ..*self };
        let window_start_seconds = window_before(now_seconds);
        if self.bucket_at_seconds > window_start_seconds {
            return Ok(increased);
        }
        // Proposals that are still voted on opened after the start of the window. If nothing was added since, the stake up
        // to now was there before any of them.
        let quiet = self.increased_at_seconds <= window_start_seconds;
        let before_window_atoms = if quiet { self.staked_atoms } else { self.before_bucket_atoms };
        Ok(Self {
            before_window_atoms,
            before_bucket_atoms: self.staked_atoms,
            bucket_at_seconds: now_seconds,
            ..increased
        })
    }

    /// The stake with `token_atoms` less, which were in it at every point in time or came last: weights count what has
    /// stayed.
    #[inline(always)]
    pub fn decrease(&self, token_atoms: u64) -> Result<Self> {
        let staked_atoms = self.staked_atoms.checked_sub(token_atoms).ok_or(CoreError::InsufficientSupply)?;
        Ok(Self {
            staked_atoms,
            before_window_atoms: self.before_window_atoms.min(staked_atoms),
            before_bucket_atoms: self.before_bucket_atoms.min(staked_atoms),
            ..*self
        })
    }

    /// Weight in a vote on a proposal that opened at `opened_at_seconds`, token atoms: never more than what was staked right
    /// before that second and has stayed since.
    pub fn weight(&self, opened_at_seconds: i64) -> u64 {
        if opened_at_seconds > self.increased_at_seconds {
            self.staked_atoms
        } else if opened_at_seconds >= self.bucket_at_seconds {
            self.before_bucket_atoms
        } else if opened_at_seconds > window_before(self.bucket_at_seconds) {
            self.before_window_atoms
        } else {
            // Nobody votes on a proposal that old.
            0
        }
    }

    /// What holds at the end of every change: what has stayed longer is less.
    pub fn invariant(&self) -> bool {
        self.before_window_atoms <= self.before_bucket_atoms
            && self.before_bucket_atoms <= self.staked_atoms
            && self.bucket_at_seconds <= self.increased_at_seconds
    }
}

/// The start of the longest vote that can still run at `end_seconds`.
fn window_before(end_seconds: i64) -> i64 {
    end_seconds.saturating_sub(i64::from(VOTING_WINDOW_MAX_SECONDS))
}
