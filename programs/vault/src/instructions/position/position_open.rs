use anchor_lang::prelude::*;

use crate::{
    events::{self, PositionOpened},
    seeds,
    state::{Position, Vault},
};

/// Opens the signer's position in a vault.
#[event_cpi]
#[derive(Accounts)]
pub struct PositionOpen<'info> {
    /// Will own the position; pays the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The vault to stake in later.
    pub vault: AccountLoader<'info, Vault>,
    /// The position to open.
    #[account(
        init, payer = owner, space = 8 + size_of::<Position>(),
        seeds = [seeds::POSITION, vault.key().as_ref(), owner.key().as_ref()], bump,
    )]
    pub position: AccountLoader<'info, Position>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl<'info> PositionOpen<'info> {
    /// Writes the position.
    pub fn handle(&mut self, bump: u8) -> Result<()> {
        let event = PositionOpened { vault: self.vault.key(), position: self.position.key(), owner: self.owner.key() };
        self.position.load_init()?.open(event.vault, event.owner, bump)?;
        events::emit(&self.event_authority, &event)
    }
}
