use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, DefenderSet},
    state::Operator,
};

/// Names a key that may defend an operator's results in a dispute, so that another machine can do so when the operator's own
/// is down. It can do nothing else. The operator's authority only.
#[event_cpi]
#[derive(Accounts)]
pub struct OperatorDefenderSet<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
}

impl<'info> OperatorDefenderSet<'info> {
    /// Keeps the key; the zero key for nobody.
    pub fn handle(&mut self, defender: Pubkey) -> Result<()> {
        self.operator.load_mut()?.defender = defender;
        events::emit(&self.event_authority, &DefenderSet { operator: self.operator.key(), defender })
    }
}
