use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, PauseBudgetClosed},
    state::PauseBudget,
};

/// Closes a market's budget of pauses when none counts any more; its rent goes to who paid it. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct PauseBudgetClose<'info> {
    /// CHECK: the budget, checked by owner and discriminator. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub pause_budget: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub pause_budget: AccountLoader<'info, PauseBudget>,
    /// CHECK: who paid the rent, compared with what the account says.
    #[account(mut)]
    pub paid_by: UncheckedAccount<'info>,
}

impl<'info> PauseBudgetClose<'info> {
    /// Closes the account.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let budget = account::state_mut::<PauseBudget>(self.pause_budget.as_ref(), &crate::ID)?;
            budget.require_closable(self.paid_by.key, now_seconds)?;
            PauseBudgetClosed { market: budget.market, paid_by: budget.paid_by }
        };
        account::close(self.pause_budget.as_ref(), &self.paid_by)?;
        events::emit(&self.event_authority, &event)
    }
}
