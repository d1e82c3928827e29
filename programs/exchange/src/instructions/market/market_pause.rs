use anchor_lang::prelude::*;

use crate::{
    errors::ExchangeError,
    events::{self, MarketPaused},
    state::{ExchangeConfig, Market},
};

/// Stops buys and moves of one market's curve for at most a week, or resumes them. Sales, claims and deposits go on.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketPause<'info> {
    pub admin: Signer<'info>,
    #[account(has_one = admin @ ExchangeError::NotAdmin)]
    pub config: AccountLoader<'info, ExchangeConfig>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

impl<'info> MarketPause<'info> {
    /// Pauses until `until_seconds`; 0 resumes.
    pub fn handle(&mut self, until_seconds: i64, now_seconds: i64) -> Result<()> {
        self.market.load_mut()?.pause(until_seconds, now_seconds)?;
        let event = MarketPaused { market: self.market.key(), until_seconds, at_seconds: now_seconds };
        events::emit(&self.event_authority, &event)
    }
}
