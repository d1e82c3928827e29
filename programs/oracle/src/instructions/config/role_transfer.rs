use anchor_lang::prelude::*;
use modchains_program_kit::handover::Roles;

use crate::{
    events::{self, RoleOfferCancelled, RoleOffered, RoleTransferred},
    state::{OracleConfig, Role},
};

/// Hands a role over in two steps, the same parties in each: its holder offers it or takes the offer back, and whoever it
/// is offered to accepts.
#[event_cpi]
#[derive(Accounts)]
pub struct RoleTransfer<'info> {
    pub signer: Signer<'info>,
    #[account(mut)]
    pub config: AccountLoader<'info, OracleConfig>,
}

impl<'info> RoleTransfer<'info> {
    /// Offers a role of the signer to `to`. Offering again goes to the new address instead.
    pub fn offer(&mut self, role: Role, to: Pubkey) -> Result<()> {
        let holder = self.signer.key();
        self.config.load_mut()?.offer(role, &holder, to)?;
        events::emit(&self.event_authority, &RoleOffered { role, holder, to })
    }

    /// Makes the signer, whom the role was offered to, its holder.
    pub fn accept(&mut self, role: Role) -> Result<()> {
        let to = self.signer.key();
        let from = self.config.load_mut()?.accept(role, &to)?;
        events::emit(&self.event_authority, &RoleTransferred { role, from, to })
    }

    /// Takes the offer of a role of the signer back.
    pub fn cancel(&mut self, role: Role) -> Result<()> {
        let holder = self.signer.key();
        self.config.load_mut()?.cancel(role, &holder)?;
        events::emit(&self.event_authority, &RoleOfferCancelled { role, holder })
    }
}
