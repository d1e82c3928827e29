use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::{account, token};

use crate::{
    errors::{OracleError, ensure},
    events::{self, Change, OperatorRegistered},
    seeds,
    state::{Operator, OracleConfig, Service},
};

/// The first bond, and what was looked at before.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OperatorRegisterArgs {
    /// Atoms put at stake; at least the service's smallest result bond.
    pub bond_atoms: u64,
    /// Longest cooldown of the bond that the operator accepts. What is copied is the configuration's.
    pub cooldown_max_seconds: u32,
}

/// Makes the signer an operator of one service, with a bond in the service's escrow. The cooldown of its bond is the
/// configuration's now, whatever that becomes.
#[event_cpi]
#[derive(Accounts)]
pub struct OperatorRegister<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,
    pub config: AccountLoader<'info, OracleConfig>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::OPERATOR, service.key().as_ref(), authority.key().as_ref()], bump)]
    pub operator: UncheckedAccount<'info>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless the authority may spend from it and its mint is the escrow's.
    #[account(mut)]
    pub authority_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> OperatorRegister<'info> {
    /// Writes the operator and takes the bond.
    pub fn handle(&mut self, args: OperatorRegisterArgs, bump: u8) -> Result<()> {
        let bond_atoms = args.bond_atoms;
        let cooldown_seconds = self.config.load()?.params.cooldown_seconds;
        ensure(cooldown_seconds <= args.cooldown_max_seconds, OracleError::CooldownAboveLimit)?;
        self.service.load_mut()?.seat_operator(bond_atoms)?;
        self.create_operator(bond_atoms, cooldown_seconds, bump)?;
        token::transfer(&self.token_program, &self.authority_tokens, &self.escrow, &self.authority, bond_atoms, &[])?;
        let event = OperatorRegistered {
            operator: self.operator.key(),
            service: self.service.key(),
            authority: self.authority.key(),
            bond: Change { before_atoms: 0, after_atoms: bond_atoms },
            cooldown_seconds,
        };
        events::emit(&self.event_authority, &event)
    }

    fn create_operator(&self, bond_atoms: u64, cooldown_seconds: u32, bump: u8) -> Result<()> {
        let (authority, service) = (self.authority.key(), self.service.key());
        let mut operator = Operator { authority, service, cooldown_seconds, bump, ..bytemuck::Zeroable::zeroed() };
        operator.deposit(bond_atoms)?;
        let signer_seeds: &[&[u8]] = &[seeds::OPERATOR, service.as_ref(), authority.as_ref(), &[bump]];
        account::create_state(&self.authority, &self.operator, &crate::ID, signer_seeds, &operator)
    }
}
