use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::exchange::{self, MarketDeposit};
use modchains_program_kit::cpi;

use crate::{
    errors::OracleError,
    events::{self, Change, MarketFeesDistributed},
    state::{MarketShares, Service},
};

/// Pays into the model's market the accrued shares of its reserve and of creator and contributors, who claim theirs there.
/// Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketFeesDistribute<'info> {
    #[account(
        mut, has_one = escrow @ OracleError::ServiceMismatch, has_one = market @ OracleError::ServiceMismatch,
    )]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: the service's market, by `has_one`.
    #[account(mut)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses it unless it is the market's token account.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    /// CHECK: the exchange refuses any other.
    pub exchange_event_authority: UncheckedAccount<'info>,
    /// CHECK: the exchange, by address.
    #[account(address = exchange::ID @ OracleError::ServiceMismatch)]
    pub exchange_program: UncheckedAccount<'info>,
}

impl<'info> MarketFeesDistribute<'info> {
    /// Pays both shares.
    pub fn handle(&mut self) -> Result<()> {
        let (shares, model, bump) = {
            let mut service = self.service.load_mut()?;
            (service.take_market_shares()?, service.model, [service.bump])
        };
        let MarketShares { creator_atoms, reserve_atoms } = shares;
        let deposit = MarketDeposit {
            depositor: self.service.as_ref(),
            depositor_tokens: self.escrow.as_ref(),
            market: self.market.as_ref(),
            quote_vault: self.quote_vault.as_ref(),
            token_program: self.token_program.as_ref(),
            event_authority: self.exchange_event_authority.as_ref(),
            program: self.exchange_program.as_ref(),
            reserve_atoms,
            creator_atoms,
        };
        let signer_seeds = Service::signer_seeds(&model, &bump);
        cpi::call(&exchange::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])?;
        let paid = |before_atoms| Change { before_atoms, after_atoms: 0 };
        let event = MarketFeesDistributed {
            service: self.service.key(),
            accrued_creator: paid(creator_atoms),
            accrued_reserve: paid(reserve_atoms),
        };
        events::emit(&self.event_authority, &event)
    }
}
