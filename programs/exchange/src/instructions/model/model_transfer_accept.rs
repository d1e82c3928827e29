use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ModelTransferred},
    state::{Model, ModelTransfer},
};

/// What the signer accepts.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct ModelTransferAcceptArgs {
    /// The model's count of changes when the signer looked at its versions, terms, contributors and licences.
    pub terms_counter: u32,
}

/// Accepts an offered model: the signer becomes its creator, with the fees not claimed yet.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelTransferAccept<'info> {
    pub to: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the offer, checked by owner, discriminator and model. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub transfer: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub transfer: AccountLoader<'info, ModelTransfer>,
    /// CHECK: who made the offer, as it says; gets its rent back.
    #[account(mut)]
    pub offered_by: UncheckedAccount<'info>,
}

impl<'info> ModelTransferAccept<'info> {
    /// Hands the model over and closes the offer.
    pub fn handle(&mut self, args: ModelTransferAcceptArgs) -> Result<()> {
        let (model, to) = (self.model.key(), self.to.key());
        {
            let offer = account::state_mut::<ModelTransfer>(self.transfer.as_ref(), &crate::ID)?;
            offer.require_of(&model, self.offered_by.key)?;
            ensure(offer.to == to, ExchangeError::NotOfferedTo)?;
            self.model.load_mut()?.hand_over(to, args.terms_counter)?;
        }
        account::close(self.transfer.as_ref(), &self.offered_by)?;
        events::emit(&self.event_authority, &ModelTransferred { model, from: self.offered_by.key(), to })
    }
}
