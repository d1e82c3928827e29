use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, BondDeposited, Change},
    state::Operator,
};

/// How much the bond grows.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BondDepositArgs {
    /// Atoms added; more than zero.
    pub bond_atoms: u64,
}

/// Adds to an operator's bond. Anyone may pay.
#[event_cpi]
#[derive(Accounts)]
pub struct BondDeposit<'info> {
    pub depositor: Signer<'info>,
    /// CHECK: the token program refuses it unless the depositor may spend from it and its mint is the operator's.
    #[account(mut)]
    pub depositor_tokens: UncheckedAccount<'info>,
    #[account(mut)]
    pub operator: AccountLoader<'info, Operator>,
    /// CHECK: the operator's own token account.
    #[account(mut, address = operator.load()?.tokens @ OracleError::OperatorMismatch)]
    pub operator_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> BondDeposit<'info> {
    /// Takes the atoms and counts them.
    pub fn handle(&mut self, args: BondDepositArgs) -> Result<()> {
        let bond = {
            let mut operator = self.operator.load_mut()?;
            let before_atoms = operator.bond_atoms;
            operator.deposit(args.bond_atoms)?;
            Change { before_atoms, after_atoms: operator.bond_atoms }
        };
        token::transfer(
            &self.token_program,
            &self.depositor_tokens,
            &self.operator_tokens,
            &self.depositor,
            args.bond_atoms,
            &[],
        )?;
        events::emit(&self.event_authority, &BondDeposited { operator: self.operator.key(), bond })
    }
}
