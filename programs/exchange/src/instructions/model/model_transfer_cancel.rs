use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ModelTransferCancelled},
    state::{Model, ModelTransfer},
};

/// Takes an offer of a model back.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelTransferCancel<'info> {
    pub creator: Signer<'info>,
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the offer, checked by owner, discriminator and model.
    #[account(mut)]
    pub transfer: UncheckedAccount<'info>,
    /// CHECK: who made the offer, as it says; gets its rent back.
    #[account(mut)]
    pub offered_by: UncheckedAccount<'info>,
}

impl<'info> ModelTransferCancel<'info> {
    /// Closes the offer.
    pub fn handle(&mut self) -> Result<()> {
        let model = self.model.key();
        self.model.load()?.require_creator(self.creator.key)?;
        account::state_mut::<ModelTransfer>(&self.transfer, &crate::ID)?.require_of(&model, self.offered_by.key)?;
        account::close(&self.transfer, &self.offered_by)?;
        events::emit(&self.event_authority, &ModelTransferCancelled { model, creator: self.creator.key() })
    }
}
