use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ContributorsQueued},
    seeds,
    state::{ContributorShare, Contributors, ExchangeConfig, Model},
};

/// Queues new shares of contributors in the creator's fees. They take effect after the timelock, by
/// `contributors_apply`.
#[event_cpi]
#[derive(Accounts)]
pub struct ContributorsQueue<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the configuration, checked by owner and discriminator.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the model's contributors, by address; created here when there are none.
    #[account(mut)]
    pub contributors: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ContributorsQueue<'info> {
    /// Validates and queues `shares`.
    pub fn handle(&mut self, shares: Vec<ContributorShare>, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        {
            let mut model = self.model.load_mut()?;
            model.require_creator(self.creator.key)?;
            model.count_change()?;
        }
        let bump = account::canonical_bump(&self.contributors, &[seeds::CONTRIBUTORS, model.as_ref()], &crate::ID)?;
        if *self.contributors.owner != crate::ID {
            let signer_seeds: &[&[u8]] = &[seeds::CONTRIBUTORS, model.as_ref(), &[bump]];
            account::create_zeroed::<Contributors>(&self.creator, &self.contributors, &crate::ID, signer_seeds)?;
            let mut contributors = account::state_mut::<Contributors>(&self.contributors, &crate::ID)?;
            contributors.open(model, self.creator.key(), bump);
        }
        let effective_at_seconds = {
            let mut contributors = account::state_mut::<Contributors>(&self.contributors, &crate::ID)?;
            contributors.queue(
                &shares,
                self.creator.key,
                ExchangeConfig::load(&self.config)?.timelock_seconds,
                now_seconds,
            )?;
            contributors.pending_at_seconds
        };
        events::emit(&self.event_authority, &ContributorsQueued { model, shares, effective_at_seconds })
    }
}
