use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::{
    exchange::{self, MarketDeposit},
    vault::{self, RevenueDeposit},
};
use modchains_program_kit::cpi;

use crate::{
    errors::OracleError,
    events::{self, Change, FeesDistributed},
    state::{AccruedShares, Service},
};

/// Pays the stakers' accrued share into the model's vault, and into its market the reserve's and that of creator and
/// contributors, who claim it there. Anyone may.
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
    #[account(address = vault::ID @ OracleError::ServiceMismatch)]
    pub vault_program: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses any other.
    pub exchange_event_authority: UncheckedAccount<'info>,
    /// CHECK: the exchange, by address.
    #[account(address = exchange::ID @ OracleError::ServiceMismatch)]
    pub exchange_program: UncheckedAccount<'info>,
}

impl<'info> FeesDistribute<'info> {
    /// Pays all three shares.
    pub fn handle(&mut self) -> Result<()> {
        let (shares, model, bump) = {
            let mut service = self.service.load_mut()?;
            (service.take_shares()?, service.model, [service.bump])
        };
        let signer_seeds = Service::signer_seeds(&model, &bump);
        if shares.vault_atoms > 0 {
            let deposit = self.to_vault(shares.vault_atoms);
            cpi::call(&vault::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])?;
        }
        if shares.creator_atoms > 0 || shares.reserve_atoms > 0 {
            let deposit = self.to_market(&shares);
            cpi::call(&exchange::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])?;
        }
        let paid = |before_atoms| Change { before_atoms, after_atoms: 0 };
        let event = FeesDistributed {
            service: self.service.key(),
            accrued_vault: paid(shares.vault_atoms),
            accrued_creator: paid(shares.creator_atoms),
            accrued_reserve: paid(shares.reserve_atoms),
        };
        events::emit(&self.event_authority, &event)
    }

    fn to_vault(&self, revenue_atoms: u64) -> RevenueDeposit<&AccountInfo<'info>> {
        RevenueDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: &self.escrow,
            vault: &self.vault,
            pool: &self.pool,
            pool_tokens: &self.pool_tokens,
            token_program: &self.token_program,
            event_authority: &self.vault_event_authority,
            program: &self.vault_program,
            revenue_atoms,
        }
    }

    fn to_market(&self, shares: &AccruedShares) -> MarketDeposit<&AccountInfo<'info>> {
        MarketDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: &self.escrow,
            market: &self.market,
            quote_vault: &self.quote_vault,
            token_program: &self.token_program,
            event_authority: &self.exchange_event_authority,
            program: &self.exchange_program,
            reserve_atoms: shares.reserve_atoms,
            creator_atoms: shares.creator_atoms,
        }
    }
}
