use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, BondDeposited, Change},
    state::{Operator, Service},
};

/// How much the bond grows.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BondDepositArgs {
    /// Atoms added; more than zero.
    pub bond_atoms: u64,
}

/// Adds to an operator's bond. Its authority only: an atom of somebody else's would have to cool before the operator could
/// close.
#[event_cpi]
#[derive(Accounts)]
pub struct BondDeposit<'info> {
    pub authority: Signer<'info>,
    /// CHECK: the token program refuses it unless the authority may spend from it and its mint is the escrow's.
    #[account(mut)]
    pub authority_tokens: UncheckedAccount<'info>,
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
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> BondDeposit<'info> {
    /// Takes the atoms and counts them.
    pub fn handle(&mut self, args: BondDepositArgs) -> Result<()> {
        let bond = {
            let mut operator = self.operator.load_mut()?;
            let before_atoms = operator.bond_atoms;
            operator.deposit(args.bond_atoms)?;
            self.service.load_mut()?.take_bond(args.bond_atoms)?;
            Change { before_atoms, after_atoms: operator.bond_atoms }
        };
        let (from, to) = (&self.authority_tokens, &self.escrow);
        token::transfer(&self.token_program, from, to, &self.authority, args.bond_atoms, &[])?;
        events::emit(&self.event_authority, &BondDeposited { operator: self.operator.key(), bond })
    }
}
