use anchor_lang::prelude::*;
use modchains_program_kit::handover::Roles;

use crate::{
    events::{self, RoleOfferCancelled, RoleOffered, RoleTransferred},
    state::{ExchangeConfig, Role},
};

/// Hands a role over in two steps, the same parties in each: its holder offers it or takes the offer back, and whoever it
/// is offered to accepts.
#[event_cpi]
#[derive(Accounts)]
pub struct RoleTransfer<'info> {
    pub signer: Signer<'info>,
    /// CHECK: the configuration, checked by owner and discriminator.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
}

impl<'info> RoleTransfer<'info> {
    /// Offers a role of the signer to `to`. Offering again goes to the new address instead.
    pub fn offer(&mut self, role: Role, to: Pubkey) -> Result<()> {
        let holder = self.signer.key();
        ExchangeConfig::load(&self.config)?.offer(role, &holder, to)?;
        events::emit(&self.event_authority, &RoleOffered { role, holder, to })
    }

    /// Makes the signer, whom the role was offered to, its holder.
    pub fn accept(&mut self, role: Role) -> Result<()> {
        let to = self.signer.key();
        let from = ExchangeConfig::load(&self.config)?.accept(role, &to)?;
        events::emit(&self.event_authority, &RoleTransferred { role, from, to })
    }

    /// Takes the offer of a role of the signer back.
    pub fn cancel(&mut self, role: Role) -> Result<()> {
        let holder = self.signer.key();
        ExchangeConfig::load(&self.config)?.cancel(role, &holder)?;
        events::emit(&self.event_authority, &RoleOfferCancelled { role, holder })
    }
}
