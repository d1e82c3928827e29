use anchor_lang::prelude::*;
use modchains_core::window;

use super::MarketParams;
use crate::errors::{ExchangeError, ensure};

/// How many quote mints can be allowed at a time.
pub const QUOTE_MINTS_MAX: usize = 8;
/// Longest delay of a change: 30 days.
pub const TIMELOCK_SECONDS_MAX: u32 = 30 * 24 * 3_600;

/// The exchange's configuration. Markets copy `params` when they open, so a change never reaches an open market.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct ExchangeConfig {
    /// May queue changes and allow quote mints. The program's upgrade authority at first.
    pub admin: Pubkey,
    /// Owner of the token accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// Quote mints a market may open with; the zero key marks a free place.
    pub quote_mints: [Pubkey; QUOTE_MINTS_MAX],
    /// Unix second from which the queued change may be applied; 0 when none is queued.
    pub pending_at_seconds: i64,
    /// What new markets copy.
    pub params: MarketParams,
    /// The queued change of `params`; meaningless while `pending_at_seconds` is 0.
    pub pending_params: MarketParams,
    /// Delay between queueing a change and applying it.
    pub timelock_seconds: u32,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
}

impl ExchangeConfig {
    /// Queues `params` to take effect after the timelock, replacing any earlier queued change.
    pub fn queue(&mut self, params: MarketParams, now_seconds: i64) -> Result<()> {
        params.validate()?;
        self.pending_params = params;
        self.pending_at_seconds =
            window::end_seconds(now_seconds, self.timelock_seconds).map_err(ExchangeError::from)?;
        self.invariant()
    }

    /// Makes the queued change the one that new markets copy.
    pub fn apply(&mut self, now_seconds: i64) -> Result<()> {
        ensure(self.pending_at_seconds != 0, ExchangeError::NoChangeQueued)?;
        ensure(!window::is_open(now_seconds, self.pending_at_seconds), ExchangeError::TimelockRunning)?;
        self.params = self.pending_params;
        self.pending_at_seconds = 0;
        self.invariant()
    }

    /// Adds `mint` to the quote mints.
    pub fn allow(&mut self, mint: Pubkey) -> Result<()> {
        ensure(!self.allows(&mint), ExchangeError::QuoteMintAlreadyAllowed)?;
        let free = self.quote_mints.iter_mut().find(|place| **place == Pubkey::default());
        *free.ok_or(ExchangeError::QuoteMintListFull)? = mint;
        Ok(())
    }

    /// Whether a market may open with `mint`.
    pub fn allows(&self, mint: &Pubkey) -> bool {
        *mint != Pubkey::default() && self.quote_mints.contains(mint)
    }

    /// What holds of a configuration at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // The delay of a change is bounded, so that nobody can lock the configuration for ever.
        ensure(TIMELOCK_SECONDS_MAX >= self.timelock_seconds, ExchangeError::TimelockOutOfBounds)?;
        // What markets copy is within its bounds.
        self.params.validate()
    }
}
