//! The one place that reads the clock.

use anchor_lang::prelude::*;

/// Unix time of the block in seconds.
pub fn now_seconds() -> Result<i64> {
    Ok(Clock::get()?.unix_timestamp)
}
