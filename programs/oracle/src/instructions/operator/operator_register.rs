use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::{
    account,
    token::{self, AccountCreation},
};

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
    /// CHECK: refused unless the configuration allows it.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::OPERATOR, authority.key().as_ref(), mint.key().as_ref()], bump)]
    pub operator: UncheckedAccount<'info>,
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
        self.create_operator(args.bond_atoms, bumps.operator)?;
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

    fn create_operator(&self, bond_atoms: u64, bump: u8) -> Result<()> {
        let mut operator = Operator {
            authority: self.authority.key(),
            mint: self.mint.key(),
            tokens: self.operator_tokens.key(),
            bump,
            ..bytemuck::Zeroable::zeroed()
        };
        operator.deposit(bond_atoms)?;
        let bump = [bump];
        let signer_seeds = Operator::signer_seeds(self.authority.key, self.mint.key, &bump);
        account::create_state(&self.authority, &self.operator, &crate::ID, &signer_seeds, &operator)
    }

    fn create_tokens(&self, bump: u8) -> Result<()> {
        let operator = self.operator.key();
        AccountCreation {
            payer: &self.authority,
            account: &self.operator_tokens,
            mint: &self.mint,
            authority: &operator,
            token_program: &self.token_program,
        }
        .invoke(&[seeds::OPERATOR_TOKENS, operator.as_ref(), &[bump]])
    }
}
