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
    pub model: AccountLoader<'info, Model>,
    pub config: AccountLoader<'info, ExchangeConfig>,
    /// CHECK: the model's contributors, by address; created here when there are none.
    #[account(mut)]
    pub contributors: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ContributorsQueue<'info> {
    /// Validates and queues `shares`.
    pub fn handle(&mut self, shares: Vec<ContributorShare>, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        self.model.load()?.require_creator(self.creator.key)?;
        let bump = account::canonical_bump(&self.contributors, &[seeds::CONTRIBUTORS, model.as_ref()], &crate::ID)?;
        if *self.contributors.owner != crate::ID {
            let signer_seeds: &[&[u8]] = &[seeds::CONTRIBUTORS, model.as_ref(), &[bump]];
            account::create_zeroed::<Contributors>(&self.creator, &self.contributors, &crate::ID, signer_seeds)?;
        }
        let effective_at_seconds = {
            let mut contributors = account::state_mut::<Contributors>(&self.contributors, &crate::ID)?;
            contributors.open(model, bump);
            contributors.queue(&shares, self.creator.key, self.config.load()?.timelock_seconds, now_seconds)?;
            contributors.pending_at_seconds
        };
        events::emit(&self.event_authority, &ContributorsQueued { model, shares, effective_at_seconds })
    }
}
