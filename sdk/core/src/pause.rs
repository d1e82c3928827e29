//! How long the admin may pause a market: a budget that refills as pauses are forgotten.

use crate::{CoreError, Result, window};

/// Most that a market can be paused in any 90 days, whenever they begin: 14 days.
pub const PAUSE_BUDGET_SECONDS: u32 = 2 * WEEK_SECONDS;
/// How many weeks are remembered: 90 days, the longest pause, and one that has begun.
pub const PAUSE_WEEKS: usize = 15;

const WEEK_SECONDS: u32 = 7 * 24 * 3_600;

/// What pauses have used, by the week that they end in. A pause ends at most a week after each of its seconds, so the weeks
/// remembered hold every second of the 90 days before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PauseBudget {
    /// Number of the newest week, from the beginning of Unix time.
    pub week: u64,
    /// Seconds of the pauses that end in that week and in those before it, newest first.
    pub used_seconds: [u32; PAUSE_WEEKS],
}

impl PauseBudget {
    /// The budget once a pause until `until_seconds` is ordered in place of one until `paused_until_seconds`; either may be
    /// over, and then is none. What is left of the earlier pause is given back. Fails with `PauseBudgetSpent`.
    pub fn order(&self, paused_until_seconds: i64, until_seconds: i64, now_seconds: i64) -> Result<Self> {
        let mut after = *self;
        after.advance(window::epoch_index(now_seconds.max(until_seconds), WEEK_SECONDS)?);
        let given_back = length_seconds(now_seconds, paused_until_seconds)?;
        let place = after.place(paused_until_seconds.max(now_seconds))?;
        *place = place.saturating_sub(given_back);
        let length_seconds = length_seconds(now_seconds, until_seconds)?;
        let place = after.place(until_seconds.max(now_seconds))?;
        *place = place.checked_add(length_seconds).ok_or(CoreError::Overflow)?;
        // Ending a pause sooner is never refused.
        let is_longer = length_seconds > given_back;
        if is_longer && after.total_seconds() > u64::from(PAUSE_BUDGET_SECONDS) {
            return Err(CoreError::PauseBudgetSpent);
        }
        Ok(after)
    }

    /// What pauses have used of the budget, as far as it counts now, in seconds.
    pub fn used_seconds(&self, now_seconds: i64) -> Result<u64> {
        let mut budget = *self;
        budget.advance(window::epoch_index(now_seconds, WEEK_SECONDS)?);
        Ok(budget.total_seconds())
    }

    /// Forgets the weeks that fall out when `week` is the newest.
    fn advance(&mut self, week: u64) {
        let weeks = usize::try_from(week.saturating_sub(self.week)).unwrap_or(PAUSE_WEEKS).min(PAUSE_WEEKS);
        self.used_seconds.rotate_right(weeks);
        self.used_seconds[..weeks].fill(0);
        self.week = self.week.max(week);
    }

    /// Where a pause that ends at `end_seconds` is counted.
    fn place(&mut self, end_seconds: i64) -> Result<&mut u32> {
        let age = self.week.saturating_sub(window::epoch_index(end_seconds, WEEK_SECONDS)?);
        let oldest = PAUSE_WEEKS.saturating_sub(1);
        let index = usize::try_from(age).unwrap_or(oldest).min(oldest);
        self.used_seconds.get_mut(index).ok_or(CoreError::Overflow)
    }

    fn total_seconds(&self) -> u64 {
        self.used_seconds.iter().map(|seconds| u64::from(*seconds)).sum()
    }
}

/// How long a pause until `until_seconds` goes on; none when it is over.
fn length_seconds(now_seconds: i64, until_seconds: i64) -> Result<u32> {
    u32::try_from(window::seconds_since(now_seconds, until_seconds)).map_err(|_| CoreError::Overflow)
}
