use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, Change, RequestClaimed},
    state::{Operator, Request, Service},
};

/// Which request the operator has looked at.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestClaimArgs {
    /// When the request was created. A requester can close a settled request and create another at the same address; a
    /// claim that is still on its way must not fall on that one's terms.
    pub created_at_seconds: i64,
}

/// Takes a request on, with a small bond that is lost to the requester if the result is late.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestClaim<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
    #[account(constraint = service.load()?.quote_mint == operator.load()?.mint @ OracleError::OperatorMintMismatch)]
    pub service: AccountLoader<'info, Service>,
    #[account(mut, has_one = service @ OracleError::ServiceMismatch)]
    pub request: AccountLoader<'info, Request>,
}

impl<'info> RequestClaim<'info> {
    /// Locks the claim bond and starts the clock.
    pub fn handle(&mut self, args: RequestClaimArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let mut request = self.request.load_mut()?;
            let mut operator = self.operator.load_mut()?;
            let before_atoms = operator.locked_atoms;
            request.claim(&self.operator.key(), args.created_at_seconds, now_seconds)?;
            operator.lock_claim(request.claim_bond_atoms)?;
            RequestClaimed {
                request: self.request.key(),
                service: request.service,
                operator: request.operator,
                locked: Change { before_atoms, after_atoms: operator.locked_atoms },
                claim_deadline_seconds: request.claim_deadline_seconds,
                at_seconds: now_seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
