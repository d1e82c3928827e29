use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    events::{self, ModelTransferOffered},
    seeds,
    state::{Model, ModelTransfer},
};

/// Offers a model to somebody, who becomes its creator by accepting. Offering again goes to the new address instead.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelTransferOffer<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the model's offer, by address; created here when there is none.
    #[account(mut)]
    pub transfer: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ModelTransferOffer<'info> {
    /// Writes the offer.
    pub fn handle(&mut self, to: Pubkey) -> Result<()> {
        let (model, creator) = (self.model.key(), self.creator.key());
        self.model.load()?.require_creator(&creator)?;
        let bump = account::canonical_bump(&self.transfer, &[seeds::MODEL_TRANSFER, model.as_ref()], &crate::ID)?;
        if *self.transfer.owner == crate::ID {
            account::state_mut::<ModelTransfer>(&self.transfer, &crate::ID)?.redirect(to);
        } else {
            let offer = ModelTransfer::offer(model, to, creator, bump);
            let signer_seeds: &[&[u8]] = &[seeds::MODEL_TRANSFER, model.as_ref(), &[bump]];
            account::create_state(&self.creator, &self.transfer, &crate::ID, signer_seeds, &offer)?;
        }
        events::emit(&self.event_authority, &ModelTransferOffered { model, creator, to })
    }
}
