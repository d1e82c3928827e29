use anchor_lang::prelude::*;

use crate::{
    errors::VaultError,
    events::{self, ProposalExecuted, TreasuryShareChanged},
    state::{Proposal, ProposalAction, Vault},
};

/// Which proposal is executed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct ProposalExecuteArgs {
    /// SHA-256 of what was voted on, see [`crate::state::payload_sha256`].
    pub payload_sha256: [u8; 32],
}

/// Executes an approved proposal that concerns the vault alone: a signal or the treasury's share. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalExecute<'info> {
    /// The vault.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut, has_one = vault @ VaultError::ProposalOfAnotherVault)]
    pub proposal: AccountLoader<'info, Proposal>,
}

impl<'info> ProposalExecute<'info> {
    /// Does what was decided.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let mut vault = self.vault.load_mut()?;
        let action = self.proposal.load_mut()?.execute(&args.payload_sha256, vault.rules_counter, now_seconds)?;
        let treasury_bps_before = vault.treasury_bps;
        match action {
            ProposalAction::Signal => {}
            ProposalAction::TreasuryShare { treasury_bps } => vault.set_treasury_bps(treasury_bps)?,
            ProposalAction::Grant { .. }
            | ProposalAction::GrantStop { .. }
            | ProposalAction::ReserveDeposit { .. }
            | ProposalAction::ServiceFee { .. } => return Err(VaultError::ActionMismatch.into()),
        }
        let changed = TreasuryShareChanged {
            vault: self.vault.key(),
            treasury_bps_before,
            treasury_bps_after: vault.treasury_bps,
            rules_counter: vault.rules_counter,
        };
        drop(vault);
        if changed.treasury_bps_before != changed.treasury_bps_after {
            events::emit(&self.event_authority, &changed)?;
        }
        events::emit(&self.event_authority, &ProposalExecuted::new(&self.proposal)?)
    }
}
