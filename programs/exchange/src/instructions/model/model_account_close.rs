use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ContributorsClosed, LicenceClosed},
    state::{Contributors, Licence, Model},
};

/// The parties to the end of an account that belongs to a model. The rent goes to who paid it.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelAccountClose<'info> {
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the account, checked by owner, discriminator and model.
    #[account(mut)]
    pub account: UncheckedAccount<'info>,
    /// CHECK: who paid the rent, compared with what the account says.
    #[account(mut)]
    pub paid_by: UncheckedAccount<'info>,
}

impl<'info> ModelAccountClose<'info> {
    /// Closes the account of contributors of whom none has a share or is owed anything. From then on the creator's fees are
    /// paid by `fees_claim` again.
    pub fn close_contributors(&mut self) -> Result<()> {
        let (model, paid_by) = (self.model.key(), self.paid_by.key());
        self.model.load()?.require_creator(self.creator.key)?;
        account::state_mut::<Contributors>(&self.account, &crate::ID)?.require_closable(&model, &paid_by)?;
        self.model.load_mut()?.keep_fees()?;
        account::close(&self.account, &self.paid_by)?;
        events::emit(&self.event_authority, &ContributorsClosed { model, paid_by })
    }

    /// Closes a licence that is revoked or expired; its grantee is under the model's default terms from then on.
    pub fn close_licence(&mut self, now_seconds: i64) -> Result<()> {
        let (model, licence, paid_by) = (self.model.key(), self.account.key(), self.paid_by.key());
        self.model.load()?.require_creator(self.creator.key)?;
        let grantee = {
            let state = account::state_mut::<Licence>(&self.account, &crate::ID)?;
            state.require_closable(&model, &paid_by, now_seconds)?;
            state.grantee
        };
        self.model.load_mut()?.count_change()?;
        account::close(&self.account, &self.paid_by)?;
        events::emit(&self.event_authority, &LicenceClosed { model, licence, grantee, paid_by })
    }
}
