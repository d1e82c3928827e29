//! The vault's accumulator: revenue that reaches the stakers linearly over time.
//!
//! The accumulator moves with time alone, so staking and unstaking in one second, or around a deposit, earns nothing.
//! With nothing staked the stream stands still and its remaining time does not run, so the next staker gets no
//! backlog at once.
//!
//! # A deposit delays little
//! A new deposit is mixed in: remaining time becomes the mean of the old remaining time and the full stream time `T`,
//! weighted by amount, rounded down. A deposit of share `d` of the mix therefore delays the rest by at most the share
//! `d` of `T`. A deposit of one atom delays by `floor((T - remaining) / (unstreamed + 1))` seconds: by none at all while
//! at least `T - remaining` atoms are unstreamed. So whoever deposits an atom every second can hold up fewer than `T`
//! atoms (604,800 at seven days: 0.6 USDC, 0.0006 SOL), and never for longer than `T` after the last one.
//!
//! # Headroom
//! No counter fills up, whatever comes in for however long. All that is unstreamed or unsettled lies in one token
//! account, so it fits 64 bits: a mint's supply does. The accumulator counts modulo 2^128 and never stops. Only its rise
//! since a position was last settled is read, and that is exact: an advance that streams `x` atoms over a stake `S`
//! raises the accumulator by `q` and leaves the remainder `r`, with `S q + r = 2^64 x + r_before`. Summed over the
//! positions, `sum(s_i (acc - c_i)) + remainder` therefore rises by exactly the `2^64 x` by which `2^64 unsettled` does; a
//! settlement takes all of `s_i (acc - c_i)` off the first and at most as much off the second. So for each position with
//! `s >= 1` at stake, `s (acc - c) <= 2^64 unsettled < 2^128`: the rise fits 128 bits, its difference modulo 2^128 is the
//! rise itself, and what the position earned fits 64 bits. What a position without a stake earned is zero at any rise.
//! A token with the largest possible supply that is paid through one atom of stake again and again, for a hundred years
//! or a million, is a test.

use crate::{
    CoreError, Result,
    bps::bps_floor,
    math::{div_rem_wide, mul_div_floor, mul_q64_floor},
    window::elapsed_seconds,
};

/// Default length of the stream: seven days.
pub const STREAM_SECONDS_DEFAULT: u32 = 7 * 24 * 60 * 60;
/// Default time between starting an unstake and withdrawing it: one day.
pub const COOLDOWN_SECONDS_DEFAULT: u32 = 24 * 60 * 60;
/// Most of a deposit that may go to the treasury instead of the stream: half.
pub const TREASURY_BPS_MAX: u16 = 5_000;

/// The part of a deposit that goes to the treasury, `floor(amount * treasury_bps / 10,000)`. Rounds down: the stakers get
/// the rest, an atom at least.
pub fn treasury_atoms(amount_atoms: u64, treasury_bps: u16) -> Result<u64> {
    bps_floor(amount_atoms, treasury_bps.min(TREASURY_BPS_MAX))
}

/// Streamed revenue of one vault in one mint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stream {
    /// Revenue atoms per staked atom since the beginning, Q64.64, modulo 2^128. Only its rise since a checkpoint counts.
    pub acc_per_share_q64: u128,
    /// What the last division left over, in 2^-64 atoms; below the stake at that time. Handed out with the next move.
    pub remainder_q64: u64,
    /// Deposited but not yet streamed.
    pub unstreamed_atoms: u64,
    /// Streamed but not settled to a position yet: what positions have earned since, and dust.
    pub unsettled_atoms: u64,
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
            unstreamed_atoms: 0,
            unsettled_atoms: 0,
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
            acc_per_share_q64: self.acc_per_share_q64.wrapping_add(per_share_q64),
            remainder_q64,
            unstreamed_atoms: self.unstreamed_atoms.checked_sub(streamed_atoms).ok_or(CoreError::Overflow)?,
            unsettled_atoms: self.unsettled_atoms.checked_add(streamed_atoms).ok_or(CoreError::Overflow)?,
            remaining_seconds: u32::try_from(left_seconds).map_err(|_| CoreError::Overflow)?,
            updated_at_seconds: now_seconds,
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
        let unstreamed_atoms = stream.unstreamed_atoms.checked_add(amount_atoms).ok_or(CoreError::Overflow)?;
        let remaining_seconds = mixed_seconds(&stream, amount_atoms, unstreamed_atoms, stream_seconds)?;
        let stream = Self { unstreamed_atoms, remaining_seconds, ..stream };
        // No mint has more than 64 bits of tokens, so no account holds more.
        stream.held_atoms()?;
        Ok(stream)
    }

    /// What `staked_atoms` earned since the accumulator stood at `checkpoint_q64`. Rounds down: the dust stays in
    /// the vault.
    pub fn claimable(&self, staked_atoms: u64, checkpoint_q64: u128) -> Result<u64> {
        mul_q64_floor(staked_atoms, self.acc_per_share_q64.wrapping_sub(checkpoint_q64))
    }

    /// Settles a position of `staked_atoms` whose checkpoint is `checkpoint_q64`: what it earned, and the stream without
    /// that. The position's new checkpoint is the accumulator. Call after [`Self::advance`].
    pub fn settle(&self, staked_atoms: u64, checkpoint_q64: u128) -> Result<(u64, Self)> {
        let earned_atoms = self.claimable(staked_atoms, checkpoint_q64)?;
        let unsettled_atoms = self.unsettled_atoms.checked_sub(earned_atoms).ok_or(CoreError::InsufficientRevenue)?;
        Ok((earned_atoms, Self { unsettled_atoms, ..*self }))
    }

    /// Atoms that are unstreamed or unsettled.
    pub fn held_atoms(&self) -> Result<u64> {
        self.unstreamed_atoms.checked_add(self.unsettled_atoms).ok_or(CoreError::Overflow)
    }

    /// Checks that time remains exactly while something is left to stream.
    pub fn invariant(&self) -> Result<()> {
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
