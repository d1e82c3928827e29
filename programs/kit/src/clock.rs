//! The one place that reads the clock.

use anchor_lang::prelude::*;
use modchains_core::window::Moment;

/// Unix time of the block in seconds.
pub fn now_seconds() -> Result<i64> {
    Ok(Clock::get()?.unix_timestamp)
}

/// The block's time and slot.
pub fn now() -> Result<Moment> {
    let clock = Clock::get()?;
    Ok(Moment { seconds: clock.unix_timestamp, slot: clock.slot })
}
