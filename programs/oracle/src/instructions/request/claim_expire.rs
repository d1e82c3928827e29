use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::{
    errors::OracleError,
    events::{self, Change, ClaimExpired},
    instructions::OperatorPayout,
    state::{Operator, Request, Service},
};

/// Takes a late claim away: the request is open again and the claim bond waits in escrow for the requester. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ClaimExpire<'info> {
    #[account(
        mut, has_one = service @ OracleError::ServiceMismatch, has_one = operator @ OracleError::ClaimOfOtherOperator,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    #[account(mut)]
    pub operator: AccountLoader<'info, Operator>,
    /// CHECK: the operator's own token account.
    #[account(mut, address = operator.load()?.tokens @ OracleError::OperatorMismatch)]
    pub operator_tokens: UncheckedAccount<'info>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> ClaimExpire<'info> {
    /// Reopens the request and moves the claim bond.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (event, claim_bond_atoms) = self.apply(now_seconds)?;
        OperatorPayout {
            operator: &self.operator,
            operator_tokens: &self.operator_tokens,
            destination: &self.escrow,
            token_program: &self.token_program,
        }
        .pay(claim_bond_atoms)?;
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, now_seconds: i64) -> Result<(ClaimExpired, u64)> {
        let mut request = self.request.load_mut()?;
        let mut service = self.service.load_mut()?;
        let mut operator = self.operator.load_mut()?;
        let (bond_before, due_before) = (operator.bond_atoms, request.requester_due_atoms);
        let escrowed_before = service.escrowed_atoms;
        let claim_bond_atoms = request.expire_claim(now_seconds)?;
        operator.forfeit_claim(claim_bond_atoms)?;
        service.hold(claim_bond_atoms)?;
        let event = ClaimExpired {
            request: self.request.key(),
            service: request.service,
            operator: self.operator.key(),
            bond: Change { before_atoms: bond_before, after_atoms: operator.bond_atoms },
            escrowed: Change { before_atoms: escrowed_before, after_atoms: service.escrowed_atoms },
            requester_due: Change { before_atoms: due_before, after_atoms: request.requester_due_atoms },
            at_seconds: now_seconds,
        };
        Ok((event, claim_bond_atoms))
    }
}
