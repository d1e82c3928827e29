use anchor_lang::prelude::*;
use modchains_program_kit::account;

use super::ProposalExecuteArgs;
use crate::{
    errors::{VaultError, ensure},
    events::{self, GrantStarted, ProposalExecuted},
    seeds,
    state::{Grant, GrantIdentity, Proposal, ProposalAction, RevenuePool, Vault},
};

/// Executes an approved grant: it starts now, and what it is to pay leaves the treasury. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ProposalExecuteGrant<'info> {
    /// Pays the rent of the grant's account, and gets it back when the grant closes.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut, has_one = vault @ VaultError::ProposalOfAnotherVault)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The pool that the proposal names.
    #[account(mut, has_one = vault @ VaultError::PoolOfAnotherVault)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: created here, at the address of the proposal's grant.
    #[account(mut)]
    pub grant: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl<'info> ProposalExecuteGrant<'info> {
    /// Starts the grant.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let proposal_key = self.proposal.key();
        let address_seeds = [seeds::GRANT, proposal_key.as_ref()];
        let bump = account::canonical_bump(&self.grant, &address_seeds, &crate::ID)?;
        let grant = self.start(args, bump, now_seconds)?;
        let signer_seeds = [seeds::GRANT, proposal_key.as_ref(), &[bump]];
        account::create_state(&self.payer, &self.grant, &crate::ID, &signer_seeds, &grant)?;
        let started = GrantStarted::new(self.grant.key(), &grant, self.pool.load()?.treasury_atoms)?;
        events::emit(&self.event_authority, &started)?;
        events::emit(&self.event_authority, &ProposalExecuted::new(&self.proposal)?)
    }

    fn start(&self, args: ProposalExecuteArgs, bump: u8, now_seconds: i64) -> Result<Grant> {
        let rules_counter = self.vault.load()?.rules_counter;
        let mut proposal = self.proposal.load_mut()?;
        let ProposalAction::Grant { pool, payee, schedule } =
            proposal.execute(&args.payload_sha256, rules_counter, now_seconds)?
        else {
            return Err(VaultError::ActionMismatch.into());
        };
        ensure(pool == self.pool.key(), VaultError::ActionMismatch)?;
        let identity = GrantIdentity { pool, payee, payer: self.payer.key(), proposal_index: proposal.index, bump };
        Grant::start(&identity, schedule.into(), &mut *self.pool.load_mut()?, now_seconds)
    }
}
