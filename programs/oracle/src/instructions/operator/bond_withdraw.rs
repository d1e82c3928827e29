use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, BondWithdrawn, Change},
    instructions::EscrowPayout,
    state::{Operator, Service},
};

/// Pays out withdrawn bond after its cooldown.
#[event_cpi]
#[derive(Accounts)]
pub struct BondWithdraw<'info> {
    pub authority: Signer<'info>,
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
    /// CHECK: checked to be an account of the quote mint owned by the authority.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> BondWithdraw<'info> {
    /// Pays everything that has cooled down.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let atoms = {
            let mut operator = self.operator.load_mut()?;
            let mut service = self.service.load_mut()?;
            token::require_payee(&self.destination, &service.quote_mint, &self.authority)?;
            let atoms = operator.finish_withdrawal(now_seconds)?;
            service.return_bond(atoms)?;
            atoms
        };
        EscrowPayout {
            service: &self.service,
            escrow: &self.escrow,
            destination: &self.destination,
            token_program: &self.token_program,
        }
        .pay(atoms)?;
        let cooling = Change { before_atoms: atoms, after_atoms: 0 };
        events::emit(&self.event_authority, &BondWithdrawn { operator: self.operator.key(), cooling })
    }
}
