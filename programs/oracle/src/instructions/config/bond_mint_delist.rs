use anchor_lang::prelude::*;

use crate::{
    events::{self, BondMintDelisted},
    instructions::ConfigAdmin,
};

impl<'info> ConfigAdmin<'info> {
    /// Takes a bond mint off the list: no service opens with it any more. Services that charge it go on with the amounts
    /// they copied.
    pub fn delist(&mut self, mint: Pubkey) -> Result<()> {
        self.config.load_mut()?.delist(&mint)?;
        events::emit(&self.event_authority, &BondMintDelisted { mint })
    }
}
