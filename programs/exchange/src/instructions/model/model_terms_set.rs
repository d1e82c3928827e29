use anchor_lang::prelude::*;

use crate::{
    events::{self, ModelTermsSet as Event},
    state::{Model, ModelTerms},
};

/// Sets the model's default licence and what minting its results as content costs.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelTermsSet<'info> {
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
}

impl<'info> ModelTermsSet<'info> {
    /// Writes the terms.
    pub fn handle(&mut self, terms: ModelTerms) -> Result<()> {
        {
            let mut model = self.model.load_mut()?;
            model.require_creator(self.creator.key)?;
            model.set_terms(&terms)?;
        }
        events::emit(&self.event_authority, &Event { model: self.model.key(), terms })
    }
}
