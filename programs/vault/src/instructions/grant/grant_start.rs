use anchor_lang::prelude::*;
use modchains_program_kit::{account, keys::same};

use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantStarted},
    instructions::{ProposalExecuteArgs, execute},
    seeds,
    state::{Grant, GrantIdentity, Proposal, ProposalAction, RevenuePool, Vault},
};

/// Executes an approved grant: it starts now, and what it is to pay leaves the treasury. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct GrantStart<'info> {
    /// Pays the rent of the grant's account, and gets it back when the grant closes.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The pool that the proposal names.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: created here, at the address of the proposal's grant.
    #[account(mut)]
    pub grant: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl<'info> GrantStart<'info> {
    /// Starts the grant.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let (action, executed) = execute(&self.vault, &self.proposal, &args, now_seconds)?;
        let ProposalAction::Grant { pool, payee, schedule } = action else {
            return Err(VaultError::ActionMismatch.into());
        };
        ensure(same(&pool, self.pool.as_ref().key), VaultError::ActionMismatch)?;
        let address_seeds = [seeds::GRANT, executed.proposal.as_ref()];
        let bump = account::canonical_bump(&self.grant, &address_seeds, &crate::ID)?;
        let identity = GrantIdentity { pool, payee, payer: self.payer.key(), proposal_index: executed.index, bump };
        let (grant, started) = {
            let mut pool = self.pool.load_mut()?;
            ensure(same(&pool.vault, self.vault.as_ref().key), VaultError::PoolOfAnotherVault)?;
            let grant = Grant::start(&identity, schedule.into(), &mut pool, now_seconds)?;
            (grant, GrantStarted::new(self.grant.key(), &grant, pool.treasury_atoms)?)
        };
        let signer_seeds = [seeds::GRANT, executed.proposal.as_ref(), &[bump]];
        account::create_state(&self.payer, &self.grant, &crate::ID, &signer_seeds, &grant)?;
        events::emit_fixed(&self.event_authority, &started)?;
        events::emit_fixed(&self.event_authority, &executed)
    }
}
