use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    errors::VaultError,
    events::{self, PositionClosed},
    state::Position,
};

/// Closes the signer's position once nothing is staked, cooling or due in it. It can be opened again.
#[event_cpi]
#[derive(Accounts)]
pub struct PositionClose<'info> {
    /// Owner of the position; gets the rent back.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The position to close.
    #[account(mut, has_one = owner @ VaultError::NotPositionOwner)]
    pub position: AccountLoader<'info, Position>,
}

impl<'info> PositionClose<'info> {
    /// Closes the position.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let position = self.position.load()?;
            position.require_closable(now_seconds)?;
            PositionClosed { vault: position.vault, position: self.position.key(), owner: position.owner }
        };
        account::close(self.position.as_ref(), &self.owner)?;
        events::emit(&self.event_authority, &event)
    }
}
