use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::{
    errors::OracleError,
    events::{self, Change, FeesDistributed},
    exchange_interface::{self, ReserveDeposit},
    state::Service,
    vault_interface::{self, RevenueDeposit},
};

/// Pays the stakers' accrued share into the model's vault and the reserve's into its market. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesDistribute<'info> {
    #[account(
        mut, has_one = escrow @ OracleError::ServiceMismatch, has_one = vault @ OracleError::ServiceMismatch,
        has_one = pool @ OracleError::ServiceMismatch, has_one = market @ OracleError::ServiceMismatch,
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
    /// CHECK: the service's market, by `has_one`.
    #[account(mut)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses it unless it is the market's token account.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: the vault program refuses any other.
    pub vault_event_authority: UncheckedAccount<'info>,
    /// CHECK: the vault program, by address.
    #[account(address = vault_interface::ID @ OracleError::ServiceMismatch)]
    pub vault_program: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses any other.
    pub exchange_event_authority: UncheckedAccount<'info>,
    /// CHECK: the exchange, by address.
    #[account(address = exchange_interface::ID @ OracleError::ServiceMismatch)]
    pub exchange_program: UncheckedAccount<'info>,
}

impl<'info> FeesDistribute<'info> {
    /// Pays both shares.
    pub fn handle(&mut self) -> Result<()> {
        let (vault_atoms, reserve_atoms, model, bump) = {
            let mut service = self.service.load_mut()?;
            let (vault_atoms, reserve_atoms) = service.take_shares()?;
            (vault_atoms, reserve_atoms, service.model, [service.bump])
        };
        let signer_seeds = Service::signer_seeds(&model, &bump);
        if vault_atoms > 0 {
            self.revenue_deposit().invoke(vault_atoms, &signer_seeds)?;
        }
        if reserve_atoms > 0 {
            self.reserve_deposit().invoke(reserve_atoms, &signer_seeds)?;
        }
        let event = FeesDistributed {
            service: self.service.key(),
            accrued_vault: Change { before_atoms: vault_atoms, after_atoms: 0 },
            accrued_reserve: Change { before_atoms: reserve_atoms, after_atoms: 0 },
        };
        events::emit(&self.event_authority, &event)
    }

    fn revenue_deposit(&self) -> RevenueDeposit<'_, 'info> {
        RevenueDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: &self.escrow,
            vault: &self.vault,
            pool: &self.pool,
            pool_tokens: &self.pool_tokens,
            token_program: &self.token_program,
            event_authority: &self.vault_event_authority,
            program: &self.vault_program,
        }
    }

    fn reserve_deposit(&self) -> ReserveDeposit<'_, 'info> {
        ReserveDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: &self.escrow,
            market: &self.market,
            quote_vault: &self.quote_vault,
            token_program: &self.token_program,
            event_authority: &self.exchange_event_authority,
            program: &self.exchange_program,
        }
    }
}
