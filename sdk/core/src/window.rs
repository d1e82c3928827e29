//! Windows of time, as pure functions of the present and a configuration, in seconds of Unix time.
//!
//! One boundary rule holds everywhere: **an event at the end second counts as after.** A window that ends at `t` is
//! open at `t - 1` and closed at `t`.

use crate::{CoreError, Result};

/// Whether a window that ends at `end_seconds` is still open. What that refuses has a name of its own for each window.
pub const fn is_open(now_seconds: i64, end_seconds: i64) -> bool {
    now_seconds < end_seconds
}

/// End of a window of `length_seconds` that starts at `start_seconds`: timelock, cooldown, challenge window.
pub fn end_seconds(start_seconds: i64, length_seconds: u32) -> Result<i64> {
    start_seconds.checked_add(i64::from(length_seconds)).ok_or(CoreError::Overflow)
}

/// Whole seconds from `earlier` to `later`; fails when time went back.
pub fn elapsed_seconds(earlier_seconds: i64, later_seconds: i64) -> Result<u64> {
    let elapsed = later_seconds.checked_sub(earlier_seconds).ok_or(CoreError::Overflow)?;
    u64::try_from(elapsed).map_err(|_| CoreError::ClockWentBack)
}

/// Whole seconds from `earlier` to `later`, none when time went back: where a clock must not hold anybody up.
pub fn seconds_since(earlier_seconds: i64, later_seconds: i64) -> u64 {
    u64::try_from(later_seconds.saturating_sub(earlier_seconds)).unwrap_or(0)
}

/// How many seconds after `start_seconds` a moment lies, as accounts keep it: 32 bits hold 136 years. An earlier moment counts as
/// the start and a later one as the last that fits, because a clock must not hold anybody up.
pub const fn after_seconds(start_seconds: i64, at_seconds: i64) -> u32 {
    let after = at_seconds.saturating_sub(start_seconds);
    if after <= 0 {
        0
    } else if after >= u32::MAX as i64 {
        u32::MAX
    } else {
        after as u32
    }
}

/// The moment that lies `after_seconds` after `start_seconds`, of which [`after_seconds`] makes the same number again.
pub const fn at_seconds(start_seconds: i64, after_seconds: u32) -> i64 {
    start_seconds.saturating_add(after_seconds as i64)
}

/// Number of the epoch that `now_seconds` lies in. Epoch `n` spans `[n * length, (n + 1) * length)`.
pub fn epoch_index(now_seconds: i64, epoch_seconds: u32) -> Result<u64> {
    let now = u64::try_from(now_seconds).map_err(|_| CoreError::ClockWentBack)?;
    now.checked_div(u64::from(epoch_seconds)).ok_or(CoreError::DivisionByZero)
}
