use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::pause::{self, PAUSE_WEEKS};

use crate::errors::{ExchangeError, ensure};

/// What pauses of one market have used of the time that they may take in any 90 days. An account of its own, so that a market
/// that is never paused has none.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct PauseBudget {
    /// The market.
    pub market: Pubkey,
    /// The admin who paid this account's rent, which goes back there.
    pub paid_by: Pubkey,
    /// Number of the newest week below, from the beginning of Unix time.
    pub week: u64,
    /// Seconds of the pauses that end in that week and in those before it, newest first.
    pub used_seconds: [u32; PAUSE_WEEKS],
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
}

impl PauseBudget {
    /// A budget of which nothing is used.
    pub fn new(market: Pubkey, paid_by: Pubkey, bump: u8) -> Self {
        Self { market, paid_by, bump, ..Self::zeroed() }
    }

    /// Accounts for a pause until `until_seconds` in place of one until `paused_until_seconds`.
    pub fn order(&mut self, paused_until_seconds: i64, until_seconds: i64, now_seconds: i64) -> Result<()> {
        let after = self.budget().order(paused_until_seconds, until_seconds, now_seconds);
        let after = after.map_err(ExchangeError::from)?;
        (self.week, self.used_seconds) = (after.week, after.used_seconds);
        Ok(())
    }

    /// What pauses have used of the budget, as far as it counts now, in seconds.
    pub fn used_seconds(&self, now_seconds: i64) -> Result<u64> {
        Ok(self.budget().used_seconds(now_seconds).map_err(ExchangeError::from)?)
    }

    /// Refuses to close the account while it counts something.
    pub fn require_closable(&self, paid_by: &Pubkey, now_seconds: i64) -> Result<()> {
        ensure(self.paid_by == *paid_by, ExchangeError::RentReceiverMismatch)?;
        ensure(self.used_seconds(now_seconds)? == 0, ExchangeError::PauseBudgetInUse)
    }

    /// The budget in the form the rules take.
    pub fn budget(&self) -> pause::PauseBudget {
        pause::PauseBudget { week: self.week, used_seconds: self.used_seconds }
    }
}
