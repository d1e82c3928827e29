use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, LicenceGranted},
    seeds,
    state::{Licence, LicenceGrantArgs, Model},
};

/// Grants one address a licence of its own, or replaces one that is revocable or over.
#[event_cpi]
#[derive(Accounts)]
pub struct LicenceGrant<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the grantee's licence of the model, by address; created here when there is none.
    #[account(mut)]
    pub licence: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> LicenceGrant<'info> {
    /// Writes the licence.
    pub fn handle(&mut self, args: LicenceGrantArgs, now_seconds: i64) -> Result<()> {
        let model = self.model.key();
        {
            let mut model = self.model.load_mut()?;
            model.require_creator(self.creator.key)?;
            model.count_change()?;
        }
        let licence_seeds = [seeds::LICENCE, model.as_ref(), args.grantee.as_ref()];
        let bump = account::canonical_bump(&self.licence, &licence_seeds, &crate::ID)?;
        if *self.licence.owner == crate::ID {
            account::state_mut::<Licence>(&self.licence, &crate::ID)?.grant_again(&args, now_seconds)?;
        } else {
            let licence = Licence::grant(model, &args, self.creator.key(), bump, now_seconds)?;
            let signer_seeds: &[&[u8]] = &[seeds::LICENCE, model.as_ref(), args.grantee.as_ref(), &[bump]];
            account::create_state(&self.creator, &self.licence, &crate::ID, signer_seeds, &licence)?;
        }
        events::emit(&self.event_authority, &LicenceGranted { model, licence: self.licence.key(), terms: args })
    }
}
