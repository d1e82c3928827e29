use anchor_lang::prelude::*;
use modchains_program_kit::{account, keys::same};

use crate::{
    errors::{VaultError, ensure},
    events::{self, ProposalClosed},
    state::{Position, Proposal, Vault},
};

/// Closes a proposal that can neither pass nor be executed any more. The rent goes to its proposer, who may open another.
/// Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalClose<'info> {
    /// The vault.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The proposer's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: named by the proposal; gets the rent.
    #[account(mut)]
    pub proposer: UncheckedAccount<'info>,
}

impl<'info> ProposalClose<'info> {
    /// Takes it off the counts, then closes the account.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let (mut vault, proposal) = (self.vault.load_mut()?, self.proposal.load()?);
            proposal.require_of(self.vault.as_ref().key)?;
            ensure(same(&proposal.proposer, self.proposer.key), VaultError::RentPayerMismatch)?;
            let mut position = self.position.load_mut()?;
            position.require_of(self.proposer.key, self.vault.as_ref().key)?;
            proposal.require_settled(vault.rules_counter, now_seconds)?;
            vault.close_proposal()?;
            position.end_proposal()?;
            ProposalClosed { vault: proposal.vault, proposal: self.proposal.key(), index: proposal.index }
        };
        account::close(self.proposal.as_ref(), &self.proposer)?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
