//! The vault's accumulator: revenue that reaches the stakers linearly over time.
//!
//! The accumulator moves with time alone, so staking and unstaking in one second, or around a deposit, earns nothing.
//! With nothing staked the stream stands still and its remaining time does not run, so the next staker gets no
//! backlog at once.
//!
//! A new deposit is mixed in: remaining time becomes the mean of the old remaining time and the full stream time,
//! weighted by amount. A deposit of share `d` of the mix therefore delays the rest by at most the share `d` of the
//! stream time, so dust delays nothing; rounding down keeps even many dust deposits from adding up to a delay.
//!
//! Headroom: `deposited_atoms` counts every atom that ever came in and fits 64 bits, or the deposit is refused. At
//! least one atom is staked whenever the accumulator moves, so it never exceeds `deposited_atoms * 2^64 < 2^128`, and
//! a position's share of it never exceeds `deposited_atoms`.

use crate::{
    CoreError, Result,
    math::{div_rem_wide, mul_div_floor, mul_q64_floor},
    window::elapsed_seconds,
};

/// Default length of the stream: seven days.
pub const STREAM_SECONDS_DEFAULT: u32 = 7 * 24 * 60 * 60;

/// Streamed revenue of one vault in one mint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stream {
    /// Revenue atoms per staked atom since the beginning, Q64.64. Only rises.
    pub acc_per_share_q64: u128,
    /// What the last division left over, in 2^-64 atoms; below the stake at that time. Handed out with the next move.
    pub remainder_q64: u64,
    /// Every atom ever deposited.
    pub deposited_atoms: u64,
    /// Every atom ever paid out or settled to a position.
    pub claimed_atoms: u64,
    /// Deposited but not yet streamed.
    pub unstreamed_atoms: u64,
    /// Seconds, with something staked, until everything is streamed; zero when nothing is left.
    pub remaining_seconds: u32,
    /// When the accumulator was last moved.
    pub updated_at_seconds: i64,
}

impl Stream {
    /// An empty stream.
    pub const fn new(now_seconds: i64) -> Self {
        Self {
            acc_per_share_q64: 0,
            remainder_q64: 0,
            deposited_atoms: 0,
            claimed_atoms: 0,
            unstreamed_atoms: 0,
            remaining_seconds: 0,
            updated_at_seconds: now_seconds,
        }
    }

    /// The stream at `now_seconds`, with `staked_atoms` staked since it was last moved. Call before any change of the
    /// stake. Streams `floor(unstreamed * elapsed / remaining)`: rounds down, so at most one atom per call waits for
    /// the next one, and the end of the stream pays all.
    pub fn advance(&self, now_seconds: i64, staked_atoms: u64) -> Result<Self> {
        let elapsed = elapsed_seconds(self.updated_at_seconds, now_seconds)?;
        if elapsed == 0 {
            return Ok(*self);
        }
        if staked_atoms == 0 || self.unstreamed_atoms == 0 {
            return Ok(Self { updated_at_seconds: now_seconds, ..*self });
        }
        let remaining = u64::from(self.remaining_seconds);
        let (streamed_atoms, left_seconds) = if elapsed >= remaining {
            (self.unstreamed_atoms, 0)
        } else {
            // arith-safety: this branch has elapsed < remaining.
            (mul_div_floor(self.unstreamed_atoms, elapsed, remaining)?, remaining - elapsed)
        };
        // The streamed atoms are the high half and the carried remainder the low half, so the sum fits exactly.
        let numerator_q64 = (u128::from(streamed_atoms) << 64) | u128::from(self.remainder_q64);
        let (per_share_q64, remainder_q64) = div_rem_wide(numerator_q64, staked_atoms)?;
        Ok(Self {
            acc_per_share_q64: self.acc_per_share_q64.checked_add(per_share_q64).ok_or(CoreError::Overflow)?,
            remainder_q64,
            unstreamed_atoms: self.unstreamed_atoms.checked_sub(streamed_atoms).ok_or(CoreError::Overflow)?,
            remaining_seconds: u32::try_from(left_seconds).map_err(|_| CoreError::Overflow)?,
            updated_at_seconds: now_seconds,
            ..*self
        })
    }

    /// Moves to `now_seconds`, then adds `amount_atoms` to be streamed over `stream_seconds`, mixed with what is left.
    pub fn deposit(&self, amount_atoms: u64, now_seconds: i64, staked_atoms: u64, stream_seconds: u32) -> Result<Self> {
        if amount_atoms == 0 {
            return Err(CoreError::AmountZero);
        }
        if stream_seconds == 0 {
            return Err(CoreError::DivisionByZero);
        }
        let stream = self.advance(now_seconds, staked_atoms)?;
        let deposited_atoms = stream.deposited_atoms.checked_add(amount_atoms).ok_or(CoreError::Overflow)?;
        let unstreamed_atoms = stream.unstreamed_atoms.checked_add(amount_atoms).ok_or(CoreError::Overflow)?;
        let remaining_seconds = mixed_seconds(&stream, amount_atoms, unstreamed_atoms, stream_seconds)?;
        Ok(Self { deposited_atoms, unstreamed_atoms, remaining_seconds, ..stream })
    }

    /// What `staked_atoms` earned since the accumulator stood at `checkpoint_q64`. Rounds down: the dust stays in
    /// the vault.
    pub fn claimable(&self, staked_atoms: u64, checkpoint_q64: u128) -> Result<u64> {
        let earned_q64 = self.acc_per_share_q64.checked_sub(checkpoint_q64).ok_or(CoreError::RevenueNotConserved)?;
        mul_q64_floor(staked_atoms, earned_q64)
    }

    /// Records that `amount_atoms` were settled to a position.
    pub fn claim(&self, amount_atoms: u64) -> Result<Self> {
        let claimed_atoms = self.claimed_atoms.checked_add(amount_atoms).ok_or(CoreError::Overflow)?;
        let streamed_atoms =
            self.deposited_atoms.checked_sub(self.unstreamed_atoms).ok_or(CoreError::RevenueNotConserved)?;
        if claimed_atoms > streamed_atoms {
            return Err(CoreError::InsufficientRevenue);
        }
        Ok(Self { claimed_atoms, ..*self })
    }

    /// Atoms streamed but not settled yet: what positions can still claim, plus dust.
    pub fn unclaimed_atoms(&self) -> Result<u64> {
        self.deposited_atoms
            .checked_sub(self.unstreamed_atoms)
            .and_then(|streamed| streamed.checked_sub(self.claimed_atoms))
            .ok_or(CoreError::RevenueNotConserved)
    }

    /// Checks that no more was settled than streamed, and that time remains exactly while something is left.
    pub fn invariant(&self) -> Result<()> {
        self.unclaimed_atoms()?;
        if (self.unstreamed_atoms == 0) != (self.remaining_seconds == 0) {
            return Err(CoreError::RevenueNotConserved);
        }
        Ok(())
    }
}

/// `floor((old * remaining + amount * stream) / (old + amount))`, at least one second. Rounds down: nobody is delayed
/// by rounding.
fn mixed_seconds(stream: &Stream, amount_atoms: u64, total_atoms: u64, stream_seconds: u32) -> Result<u32> {
    let (old_seconds, new_seconds) = (u64::from(stream.remaining_seconds), u64::from(stream_seconds));
    let mixed = if new_seconds >= old_seconds {
        // arith-safety: guarded by the comparison; the quotient is at most the difference.
        old_seconds + mul_div_floor(new_seconds - old_seconds, amount_atoms, total_atoms)?
    } else {
        new_seconds + mul_div_floor(old_seconds - new_seconds, stream.unstreamed_atoms, total_atoms)?
    };
    u32::try_from(mixed.max(1)).map_err(|_| CoreError::Overflow)
}
