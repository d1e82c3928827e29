use anchor_lang::prelude::*;

use crate::{
    events::ProposalExecuted,
    state::{Proposal, ProposalAction, Vault},
};

/// Which proposal is executed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct ProposalExecuteArgs {
    /// SHA-256 of what was voted on, see [`crate::state::payload_sha256`].
    pub payload_sha256: [u8; 32],
}

/// Marks `proposal` executed, which must be one of `vault` and of the hash given. Returns what is to be done in the same
/// instruction, and what it then says.
pub(crate) fn execute<'info>(
    vault: &AccountLoader<'info, Vault>,
    proposal: &AccountLoader<'info, Proposal>,
    args: &ProposalExecuteArgs,
    now_seconds: i64,
) -> Result<(ProposalAction, ProposalExecuted)> {
    let key = proposal.key();
    let rules_counter = vault.load()?.rules_counter;
    let mut proposal = proposal.load_mut()?;
    proposal.require_of(vault.as_ref().key)?;
    let action = proposal.execute(&args.payload_sha256, rules_counter, now_seconds)?;
    Ok((
        action,
        ProposalExecuted {
            vault: proposal.vault,
            proposal: key,
            index: proposal.index,
            payload_sha256: proposal.payload_sha256,
            at_seconds: now_seconds,
        },
    ))
}
