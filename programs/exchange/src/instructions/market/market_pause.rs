use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, MarketPaused},
    seeds,
    state::{ExchangeConfig, Market, PauseBudget},
};

/// Stops buys and moves of one market's curve for at most a week, or resumes them. Sales, claims and deposits go on. All
/// pauses together take at most 14 of any 90 days.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketPause<'info> {
    /// Pays the rent of the budget at the first pause.
    #[account(mut)]
    pub admin: Signer<'info>,
    /// CHECK: the configuration, checked by owner and discriminator.
    pub config: UncheckedAccount<'info>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's budget, by address; created here when there is none.
    #[account(mut)]
    pub pause_budget: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> MarketPause<'info> {
    /// Pauses until `until_seconds`; 0 resumes.
    pub fn handle(&mut self, until_seconds: i64, now_seconds: i64) -> Result<()> {
        ExchangeConfig::load_for(&self.config, self.admin.key)?;
        let market = self.market.key();
        let bump = account::canonical_bump(&self.pause_budget, &[seeds::PAUSE_BUDGET, market.as_ref()], &crate::ID)?;
        if *self.pause_budget.owner != crate::ID {
            let signer_seeds: &[&[u8]] = &[seeds::PAUSE_BUDGET, market.as_ref(), &[bump]];
            let budget = PauseBudget::new(market, self.admin.key(), bump);
            account::create_state(&self.admin, &self.pause_budget, &crate::ID, signer_seeds, &budget)?;
        }
        let used_seconds = {
            let mut state = self.market.load_mut()?;
            let paused_until_seconds = state.rules().paused_until_seconds;
            state.pause(until_seconds, now_seconds)?;
            let mut budget = account::state_mut::<PauseBudget>(&self.pause_budget, &crate::ID)?;
            budget.order(paused_until_seconds, until_seconds, now_seconds)?;
            budget.used_seconds(now_seconds)?
        };
        let event = MarketPaused { market, until_seconds, used_seconds, at_seconds: now_seconds };
        events::emit(&self.event_authority, &event)
    }
}
