use anchor_lang::prelude::*;

use crate::{
    events::{self, QuoteMintDelisted},
    instructions::ConfigAdmin,
    state::ExchangeConfig,
};

impl<'info> ConfigAdmin<'info> {
    /// Takes a quote mint off the list: no market opens with it any more. Markets that trade against it go on.
    pub fn delist(&mut self, mint: Pubkey) -> Result<()> {
        ExchangeConfig::load_for(&self.config, self.admin.key)?.delist(&mint)?;
        events::emit(&self.event_authority, &QuoteMintDelisted { mint })
    }
}
