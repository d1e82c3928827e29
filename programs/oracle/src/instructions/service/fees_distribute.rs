use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::vault::{self, RevenueDeposit};
use modchains_program_kit::cpi;

use crate::{
    errors::{OracleError, ensure},
    events::{self, Change, FeesDistributed},
    state::Service,
};

/// Pays the stakers' accrued share into the model's vault. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesDistribute<'info> {
    #[account(
        mut, has_one = escrow @ OracleError::ServiceMismatch, has_one = vault @ OracleError::ServiceMismatch,
        has_one = pool @ OracleError::ServiceMismatch,
    )]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: the service's vault, by `has_one`.
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the service's pool, by `has_one`.
    #[account(mut)]
    pub pool: UncheckedAccount<'info>,
    /// CHECK: the vault program refuses it unless it is the pool's token account.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: the vault program refuses any other.
    pub vault_event_authority: UncheckedAccount<'info>,
    /// CHECK: the vault program, by address.
    #[account(address = vault::ID @ OracleError::ServiceMismatch)]
    pub vault_program: UncheckedAccount<'info>,
}

impl<'info> FeesDistribute<'info> {
    /// Pays the share.
    pub fn handle(&mut self) -> Result<()> {
        ensure(*self.pool.owner == vault::ID, OracleError::VaultPoolMissing)?;
        let (revenue_atoms, model, bump) = {
            let mut service = self.service.load_mut()?;
            (service.take_vault_share()?, service.model, [service.bump])
        };
        let deposit = RevenueDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: self.escrow.as_ref(),
            vault: self.vault.as_ref(),
            pool: self.pool.as_ref(),
            pool_tokens: self.pool_tokens.as_ref(),
            token_program: self.token_program.as_ref(),
            event_authority: self.vault_event_authority.as_ref(),
            program: self.vault_program.as_ref(),
            revenue_atoms,
        };
        let signer_seeds = Service::signer_seeds(&model, &bump);
        cpi::call(&vault::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])?;
        let accrued_vault = Change { before_atoms: revenue_atoms, after_atoms: 0 };
        events::emit(&self.event_authority, &FeesDistributed { service: self.service.key(), accrued_vault })
    }
}
