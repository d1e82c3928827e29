use anchor_lang::prelude::*;

use crate::{
    events::{self, ProposalVoted},
    state::{Position, Proposal, Vault},
};

/// What the voter says of it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct ProposalVoteArgs {
    /// SHA-256 of what the voter saw, see [`crate::state::payload_sha256`].
    pub payload_sha256: [u8; 32],
    /// Whether the vote is for it.
    pub is_for: bool,
}

/// Votes with the stake that a position had before the proposal and has kept. Locks the position until the latest end that the
/// vote can have.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalVote<'info> {
    /// Owner of the position.
    pub owner: Signer<'info>,
    /// The vault, whose rules must be those of the proposal.
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
}

impl<'info> ProposalVote<'info> {
    /// Counts the vote.
    pub fn handle(&mut self, args: ProposalVoteArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let (mut position, mut proposal) = (self.position.load_mut()?, self.proposal.load_mut()?);
            let vault_key = self.vault.as_ref().key;
            position.require_of(self.owner.key, vault_key)?;
            proposal.require_of(vault_key)?;
            let rules_counter = self.vault.load()?.rules_counter;
            let (for_before, against_before) = (proposal.for_atoms, proposal.against_atoms);
            let weight_atoms =
                proposal.vote(&mut position, &args.payload_sha256, args.is_for, rules_counter, now_seconds)?;
            ProposalVoted {
                vault: proposal.vault,
                proposal: *self.proposal.as_ref().key,
                owner: position.owner,
                weight_atoms,
                for_atoms_before: for_before,
                for_atoms_after: proposal.for_atoms,
                against_atoms_before: against_before,
                against_atoms_after: proposal.against_atoms,
                end_seconds: proposal.end_seconds,
            }
        };
        events::emit_fixed(&self.event_authority, &event)
    }
}
