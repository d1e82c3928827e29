use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, Change, EarningsClaimed},
    instructions::EscrowPayout,
    state::{Operator, Service},
};

/// Pays an operator everything it earned, at once. Anyone may have it paid to the authority's associated token account;
/// the authority itself, when it signs, to any account of its own.
#[event_cpi]
#[derive(Accounts)]
pub struct EarningsClaim<'info> {
    /// CHECK: the operator's authority, by `has_one`; need not sign.
    pub authority: UncheckedAccount<'info>,
    #[account(
        mut, has_one = authority @ OracleError::NotOperatorAuthority,
        has_one = service @ OracleError::OperatorOfOtherService,
    )]
    pub operator: AccountLoader<'info, Operator>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: checked to be where the authority may be paid the quote mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> EarningsClaim<'info> {
    /// Pays the earnings.
    pub fn handle(&mut self) -> Result<()> {
        let atoms = {
            let mut operator = self.operator.load_mut()?;
            let mut service = self.service.load_mut()?;
            token::require_payee(&self.destination, &service.quote_mint, &self.authority)?;
            let atoms = operator.take_earnings()?;
            service.pay_earnings(atoms)?;
            atoms
        };
        EscrowPayout {
            service: &self.service,
            escrow: &self.escrow,
            destination: &self.destination,
            token_program: &self.token_program,
        }
        .pay(atoms)?;
        let earned = Change { before_atoms: atoms, after_atoms: 0 };
        events::emit(&self.event_authority, &EarningsClaimed { operator: self.operator.key(), earned })
    }
}
