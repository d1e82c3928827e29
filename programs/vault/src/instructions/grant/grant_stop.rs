use anchor_lang::prelude::*;
use modchains_program_kit::keys::same;

use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantStopped},
    instructions::{ProposalExecuteArgs, execute},
    state::{Grant, Proposal, ProposalAction, RevenuePool, Vault},
};

/// Executes an approved stop of a grant: what it has not released goes back to the treasury. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct GrantStop<'info> {
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The grant that the proposal names.
    #[account(mut)]
    pub grant: AccountLoader<'info, Grant>,
    /// The grant's pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
}

impl<'info> GrantStop<'info> {
    /// Stops the grant.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let (action, executed) = execute(&self.vault, &self.proposal, &args, now_seconds)?;
        ensure(action == ProposalAction::GrantStop { grant: self.grant.key() }, VaultError::ActionMismatch)?;
        let stopped = self.stop(now_seconds)?;
        events::emit_fixed(&self.event_authority, &stopped)?;
        events::emit_fixed(&self.event_authority, &executed)
    }

    fn stop(&self, now_seconds: i64) -> Result<GrantStopped> {
        let (mut grant, mut pool) = (self.grant.load_mut()?, self.pool.load_mut()?);
        ensure(same(&grant.vault, self.vault.as_ref().key), VaultError::GrantOfAnotherVault)?;
        ensure(same(&grant.pool, self.pool.as_ref().key), VaultError::PoolOfAnotherVault)?;
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
