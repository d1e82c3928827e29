use anchor_lang::prelude::*;
use modchains_program_kit::{account, keys::same};

use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantClosed},
    state::Grant,
};

/// Closes a grant of which nothing is left to pay. The rent goes to who paid it. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct GrantClose<'info> {
    /// The grant.
    #[account(mut)]
    pub grant: AccountLoader<'info, Grant>,
    /// CHECK: named by the grant; gets the rent.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl<'info> GrantClose<'info> {
    /// Closes the account.
    pub fn handle(&mut self) -> Result<()> {
        let event = {
            let grant = self.grant.load()?;
            ensure(same(&grant.payer, self.payer.key), VaultError::RentPayerMismatch)?;
            grant.require_over()?;
            GrantClosed { vault: grant.vault, grant: self.grant.key(), claimed_atoms: grant.claimed_atoms }
        };
        account::close(self.grant.as_ref(), &self.payer)?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
