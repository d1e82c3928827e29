use anchor_lang::prelude::*;

use super::execution::{ProposalExecuteArgs, execute};
use crate::{
    errors::VaultError,
    events::{self, TreasuryShareChanged},
    state::{Proposal, ProposalAction, Vault},
};

/// Executes an approved proposal that concerns the vault alone: a signal or the treasury's share. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalExecute<'info> {
    /// The vault.
    #[account(mut)]
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
}

impl<'info> ProposalExecute<'info> {
    /// Does what was decided.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let (action, executed) = execute(&self.vault, &self.proposal, &args, now_seconds)?;
        match action {
            ProposalAction::Signal => {}
            ProposalAction::TreasuryShare { treasury_bps } => {
                let changed = self.set_treasury_share(treasury_bps)?;
                events::emit_fixed(&self.event_authority, &changed)?;
            }
            ProposalAction::Grant { .. }
            | ProposalAction::GrantStop { .. }
            | ProposalAction::ReserveDeposit { .. }
            | ProposalAction::ServiceFee { .. } => return Err(VaultError::ActionMismatch.into()),
        }
        events::emit_fixed(&self.event_authority, &executed)
    }

    fn set_treasury_share(&self, treasury_bps: u16) -> Result<TreasuryShareChanged> {
        let mut vault = self.vault.load_mut()?;
        let treasury_bps_before = vault.treasury_bps.into();
        vault.set_treasury_bps(treasury_bps)?;
        Ok(TreasuryShareChanged {
            vault: self.vault.key(),
            treasury_bps_before,
            treasury_bps_after: treasury_bps.into(),
            rules_counter: vault.rules_counter,
        })
    }
}
