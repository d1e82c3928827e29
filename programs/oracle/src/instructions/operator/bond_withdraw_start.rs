use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, BondWithdrawalStarted, Change},
    state::Operator,
};

/// How much shall leave.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BondWithdrawStartArgs {
    /// Atoms of the free bond; more than zero.
    pub bond_atoms: u64,
}

/// Takes part of an operator's free bond out of use; it may leave after the operator's cooldown.
#[event_cpi]
#[derive(Accounts)]
pub struct BondWithdrawStart<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
}

impl<'info> BondWithdrawStart<'info> {
    /// Starts the cooldown.
    pub fn handle(&mut self, args: BondWithdrawStartArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let mut operator = self.operator.load_mut()?;
            let (bond_before, cooling_before) = (operator.bond_atoms, operator.cooling_atoms);
            operator.start_withdrawal(args.bond_atoms, now_seconds)?;
            BondWithdrawalStarted {
                operator: self.operator.key(),
                bond: Change { before_atoms: bond_before, after_atoms: operator.bond_atoms },
                cooling: Change { before_atoms: cooling_before, after_atoms: operator.cooling_atoms },
                cooling_until_seconds: operator.cooling_until_seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
