use anchor_lang::prelude::*;
use bytemuck::Zeroable;

use crate::errors::{ExchangeError, ensure};

/// An offer of a model to somebody who has not accepted it yet. Model, fees not yet claimed, and licences go over
/// together when the offer is accepted; accepting or cancelling closes this account.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct ModelTransfer {
    /// The model on offer.
    pub model: Pubkey,
    /// Who may accept.
    pub to: Pubkey,
    /// The creator who offers and paid this account's rent, which goes back there.
    pub offered_by: Pubkey,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

impl ModelTransfer {
    /// A new offer.
    pub fn offer(model: Pubkey, to: Pubkey, offered_by: Pubkey, bump: u8) -> Self {
        Self { model, to, offered_by, bump, ..Self::zeroed() }
    }

    /// Offers the model to somebody else instead.
    pub fn redirect(&mut self, to: Pubkey) {
        self.to = to;
    }

    /// Refuses the account unless it is the offer of `model` by `offered_by`, who gets the rent back.
    pub fn require_of(&self, model: &Pubkey, offered_by: &Pubkey) -> Result<()> {
        ensure(self.model == *model && self.offered_by == *offered_by, ExchangeError::OfferMismatch)
    }
}
