use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ContributorsApplied},
    state::{Contributors, Market, Model},
};

/// Makes the queued shares the present ones, once the timelock has passed. Anyone may. What the market owed the creator
/// until now is shared out by the shares of until now.
#[event_cpi]
#[derive(Accounts)]
pub struct ContributorsApply<'info> {
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the contributors, checked by owner, discriminator and model. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub contributors: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub contributors: AccountLoader<'info, Contributors>,
}

impl<'info> ContributorsApply<'info> {
    /// Shares out what accrued and replaces the shares.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        let (accrued_atoms, count) = {
            let mut market = self.market.load_mut()?;
            ensure(market.model == model, ExchangeError::ModelMismatch)?;
            let mut contributors = account::state_mut::<Contributors>(self.contributors.as_ref(), &crate::ID)?;
            contributors.require_of(&model)?;
            let accrued_atoms = market.release_creator_fees();
            contributors.apply(accrued_atoms, &self.model.load()?.creator, now_seconds)?;
            (accrued_atoms, contributors.pending_count)
        };
        self.model.load_mut()?.share_fees()?;
        events::emit(&self.event_authority, &ContributorsApplied { model, count, accrued_atoms })
    }
}
