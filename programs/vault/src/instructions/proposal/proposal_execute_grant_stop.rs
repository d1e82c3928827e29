use anchor_lang::prelude::*;

use super::ProposalExecuteArgs;
use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantStopped, ProposalExecuted},
    state::{Grant, Proposal, ProposalAction, RevenuePool, Vault},
};

/// Executes an approved stop of a grant: what it has not released goes back to the treasury. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalExecuteGrantStop<'info> {
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut, has_one = vault @ VaultError::ProposalOfAnotherVault)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The grant that the proposal names.
    #[account(
        mut,
        has_one = vault @ VaultError::GrantOfAnotherVault,
        has_one = pool @ VaultError::PoolOfAnotherVault,
    )]
    pub grant: AccountLoader<'info, Grant>,
    /// The grant's pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
}

impl<'info> ProposalExecuteGrantStop<'info> {
    /// Stops the grant.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let stopped = self.stop(args, now_seconds)?;
        events::emit(&self.event_authority, &stopped)?;
        events::emit(&self.event_authority, &ProposalExecuted::new(&self.proposal)?)
    }

    fn stop(&self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<GrantStopped> {
        let rules_counter = self.vault.load()?.rules_counter;
        let action = self.proposal.load_mut()?.execute(&args.payload_sha256, rules_counter, now_seconds)?;
        ensure(action == ProposalAction::GrantStop { grant: self.grant.key() }, VaultError::ActionMismatch)?;
        let (mut grant, mut pool) = (self.grant.load_mut()?, self.pool.load_mut()?);
        let treasury_before = pool.treasury_atoms;
        let unreleased_atoms = grant.stop(&mut pool, now_seconds)?;
        Ok(GrantStopped {
            vault: grant.vault,
            grant: self.grant.key(),
            payee: grant.payee,
            unreleased_atoms,
            claimable_atoms: grant.state().claimable_atoms(now_seconds).map_err(VaultError::from)?,
            treasury_atoms_before: treasury_before,
            treasury_atoms_after: pool.treasury_atoms,
        })
    }
}
