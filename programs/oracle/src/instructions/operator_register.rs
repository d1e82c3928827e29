use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use modchains_program_kit::token::{self, AccountCreation};

use crate::{
    errors::{OracleError, ensure},
    events::{self, Change, OperatorRegistered},
    seeds,
    state::{Operator, OracleConfig},
};

/// The first bond.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OperatorRegisterArgs {
    /// Atoms put at stake; at least the mint's minimum.
    pub bond_atoms: u64,
}

/// Makes the signer an operator in one mint, with a bond.
#[event_cpi]
#[derive(Accounts)]
pub struct OperatorRegister<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,
    pub config: AccountLoader<'info, OracleConfig>,
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    #[account(
        init, payer = authority, space = 8 + size_of::<Operator>(),
        seeds = [seeds::OPERATOR, authority.key().as_ref(), mint.key().as_ref()], bump,
    )]
    pub operator: AccountLoader<'info, Operator>,
    /// CHECK: created here as the operator's token account, at the address its seeds give.
    #[account(mut, seeds = [seeds::OPERATOR_TOKENS, operator.key().as_ref()], bump)]
    pub operator_tokens: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless the authority may spend from it and it is an account of the mint.
    #[account(mut)]
    pub authority_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> OperatorRegister<'info> {
    /// Writes the operator and takes the bond.
    pub fn handle(&mut self, args: OperatorRegisterArgs, bumps: &OperatorRegisterBumps) -> Result<()> {
        let bond_mint = self.config.load()?.bond_mint(&self.mint.key())?;
        ensure(args.bond_atoms >= bond_mint.min_bond_atoms, OracleError::BondBelowMinimum)?;
        {
            let mut operator = self.operator.load_init()?;
            operator.authority = self.authority.key();
            operator.mint = self.mint.key();
            operator.tokens = self.operator_tokens.key();
            operator.bump = bumps.operator;
            operator.deposit(args.bond_atoms)?;
        }
        self.create_tokens(bumps.operator_tokens)?;
        token::transfer(
            &self.token_program,
            &self.authority_tokens,
            &self.operator_tokens,
            &self.authority,
            args.bond_atoms,
            &[],
        )?;
        let event = OperatorRegistered {
            operator: self.operator.key(),
            authority: self.authority.key(),
            mint: self.mint.key(),
            bond: Change { before_atoms: 0, after_atoms: args.bond_atoms },
        };
        events::emit(&self.event_authority, &event)
    }

    fn create_tokens(&self, bump: u8) -> Result<()> {
        let operator = self.operator.key();
        AccountCreation {
            payer: &self.authority,
            account: &self.operator_tokens,
            mint: self.mint.as_ref().as_ref(),
            authority: &operator,
            token_program: &self.token_program,
        }
        .invoke(&[seeds::OPERATOR_TOKENS, operator.as_ref(), &[bump]])
    }
}
