use anchor_lang::prelude::*;
use anchor_spl::token_interface::Mint;
use modchains_program_kit::{account, keys::same};

use crate::{
    errors::{VaultError, ensure},
    events::{self, ProposalOpened},
    seeds,
    state::{Position, Proposal, ProposalContent, Vault},
};

/// Opens a proposal. Its proposer needs 0.5 % of the stake, which is locked as by a vote, and has no other proposal.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalOpen<'info> {
    /// Owner of the position; pays the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The vault whose stakers are asked.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The owner's position.
    #[account(mut)]
    pub position: AccountLoader<'info, Position>,
    /// The model's token, whose supply the quorum is a part of.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// CHECK: created here, at the address of the vault's next proposal.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl<'info> ProposalOpen<'info> {
    /// Writes the proposal.
    pub fn handle(&mut self, content: ProposalContent, now_seconds: i64) -> Result<()> {
        let mut proposal = {
            let (mut vault, mut position) = (self.vault.load_mut()?, self.position.load_mut()?);
            position.require_of(self.owner.key, self.vault.as_ref().key)?;
            ensure(same(&vault.mint, &self.mint.key()), VaultError::MintOfAnotherModel)?;
            Proposal::open(&content, self.vault.key(), &mut vault, &mut position, self.mint.supply, now_seconds)?
        };
        let index = proposal.index.to_le_bytes();
        let address_seeds = [seeds::PROPOSAL, proposal.vault.as_ref(), &index];
        proposal.bump = account::canonical_bump(&self.proposal, &address_seeds, &crate::ID)?;
        let signer_seeds = [seeds::PROPOSAL, proposal.vault.as_ref(), &index, &[proposal.bump]];
        account::create_state(&self.owner, &self.proposal, &crate::ID, &signer_seeds, &proposal)?;
        let state = proposal.state();
        events::emit_fixed(
            &self.event_authority,
            &ProposalOpened {
                vault: proposal.vault,
                proposal: self.proposal.key(),
                index: proposal.index,
                proposer: proposal.proposer,
                payload_sha256: proposal.payload_sha256,
                text_sha256: proposal.text_sha256,
                action: proposal.action,
                staked_atoms: state.staked_atoms,
                quorum_atoms: state.quorum_atoms,
                end_seconds: state.end_seconds,
                executable_at_seconds: state.executable_at_seconds(),
                rules_counter: state.rules_counter,
            },
        )
    }
}
