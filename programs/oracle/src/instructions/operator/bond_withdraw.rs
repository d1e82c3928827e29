use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, BondWithdrawn, Change},
    instructions::OperatorPayout,
    state::Operator,
};

/// Pays out withdrawn bond after its cooldown.
#[event_cpi]
#[derive(Accounts)]
pub struct BondWithdraw<'info> {
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

impl<'info> BondWithdraw<'info> {
    /// Pays everything that has cooled down.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let atoms = {
            let mut operator = self.operator.load_mut()?;
            token::require_token_account(&self.destination, &operator.mint, &operator.authority)?;
            operator.finish_withdrawal(now_seconds)?
        };
        OperatorPayout {
            operator: &self.operator,
            operator_tokens: &self.operator_tokens,
            destination: &self.destination,
            token_program: &self.token_program,
        }
        .pay(atoms)?;
        let cooling = Change { before_atoms: atoms, after_atoms: 0 };
        events::emit(&self.event_authority, &BondWithdrawn { operator: self.operator.key(), cooling })
    }
}
