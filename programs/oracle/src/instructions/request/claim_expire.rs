use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, Change, ClaimExpired},
    state::{Operator, Request, Service},
};

/// Takes a late claim away: the request is open again and the claim bond is the requester's. Anyone may. No tokens move:
/// bond and escrow lie in one account.
#[event_cpi]
#[derive(Accounts)]
pub struct ClaimExpire<'info> {
    #[account(
        mut, has_one = service @ OracleError::ServiceMismatch, has_one = operator @ OracleError::ClaimOfOtherOperator,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
    #[account(mut)]
    pub operator: AccountLoader<'info, Operator>,
}

impl<'info> ClaimExpire<'info> {
    /// Reopens the request and frees the bond but for what is forfeited.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            let mut operator = self.operator.load_mut()?;
            let (bond_before, locked_before) = (operator.bond_atoms, operator.locked_atoms);
            let (escrowed_before, due_before) = (service.escrowed_atoms, request.requester_due_atoms);
            let claim_bond_atoms = request.expire_claim(now_seconds)?;
            operator.forfeit_claim(claim_bond_atoms, request.result_bond_atoms)?;
            service.forfeit(claim_bond_atoms)?;
            ClaimExpired {
                request: self.request.key(),
                service: request.service,
                operator: self.operator.key(),
                bond: Change { before_atoms: bond_before, after_atoms: operator.bond_atoms },
                locked: Change { before_atoms: locked_before, after_atoms: operator.locked_atoms },
                escrowed: Change { before_atoms: escrowed_before, after_atoms: service.escrowed_atoms },
                requester_due: Change { before_atoms: due_before, after_atoms: request.requester_due_atoms },
                at_seconds: now_seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
