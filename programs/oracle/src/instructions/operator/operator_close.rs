use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, OperatorClosed},
    state::{Operator, Service},
};

/// Closes the account of an operator that has nothing in the escrow any more and returns the rent. Its authority only.
#[event_cpi]
#[derive(Accounts)]
pub struct OperatorClose<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,
    #[account(
        mut, close = authority, has_one = authority @ OracleError::NotOperatorAuthority,
        has_one = service @ OracleError::OperatorOfOtherService,
    )]
    pub operator: AccountLoader<'info, Operator>,
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> OperatorClose<'info> {
    /// Requires that nothing is left; the account is closed on the way out.
    pub fn handle(&mut self) -> Result<()> {
        let event = {
            let operator = self.operator.load()?;
            operator.require_empty()?;
            self.service.load_mut()?.unseat_operator()?;
            OperatorClosed {
                operator: self.operator.key(),
                service: operator.service,
                authority: operator.authority,
                results_final: operator.results_final,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
