use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, Change, EarningsClaimed},
    instructions::OperatorPayout,
    state::Operator,
};

/// Pays an operator everything it earned, at once.
#[event_cpi]
#[derive(Accounts)]
pub struct EarningsClaim<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
    /// CHECK: the operator's own token account.
    #[account(mut, address = operator.load()?.tokens @ OracleError::OperatorMismatch)]
    pub operator_tokens: UncheckedAccount<'info>,
    /// CHECK: checked to be an account of the operator's mint owned by the authority.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> EarningsClaim<'info> {
    /// Pays the earnings.
    pub fn handle(&mut self) -> Result<()> {
        let atoms = {
            let mut operator = self.operator.load_mut()?;
            token::require_token_account(&self.destination, &operator.mint, &operator.authority)?;
            operator.take_earnings()?
        };
        OperatorPayout {
            operator: &self.operator,
            operator_tokens: &self.operator_tokens,
            destination: &self.destination,
            token_program: &self.token_program,
        }
        .pay(atoms)?;
        let earned = Change { before_atoms: atoms, after_atoms: 0 };
        events::emit(&self.event_authority, &EarningsClaimed { operator: self.operator.key(), earned })
    }
}
