use anchor_lang::prelude::*;
use modchains_program_interface::oracle::{self, ServiceGovern};
use modchains_program_kit::cpi;

use super::execution::{ProposalExecuteArgs, execute};
use crate::{
    errors::VaultError,
    events,
    state::{Proposal, ProposalAction, Vault},
};

/// Executes an approved change of the fee of the model's service. The oracle refuses one that is not within a factor of two of
/// the fee at that time. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceFeeSet<'info> {
    /// The vault; signs the change.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// CHECK: the oracle refuses it unless it is the service of the vault's model.
    #[account(mut)]
    pub service: UncheckedAccount<'info>,
    /// CHECK: the oracle refuses any other.
    pub oracle_event_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle, which is called by its address.
    pub oracle_program: UncheckedAccount<'info>,
}

impl<'info> ServiceFeeSet<'info> {
    /// Has the oracle set the fee.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let (action, executed) = execute(&self.vault, &self.proposal, &args, now_seconds)?;
        let ProposalAction::ServiceFee { fee_atoms } = action else {
            return Err(VaultError::ActionMismatch.into());
        };
        let (model, bump) = {
            let vault = self.vault.load()?;
            (vault.model, [vault.bump])
        };
        let govern = ServiceGovern {
            vault: self.vault.as_ref(),
            service: &self.service,
            event_authority: &self.oracle_event_authority,
            program: &self.oracle_program,
            fee_atoms,
        };
        let signer_seeds = Vault::signer_seeds(&model, &bump);
        cpi::call(&oracle::ID, &govern.parties(), &govern.data(), &[&signer_seeds])?;
        events::emit_fixed(&self.event_authority, &executed)
    }
}
